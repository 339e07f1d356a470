import { workloadId } from '../../../engine/workload-of.ts';
import { isRecorded } from '../is-recorded.ts';
import { allowedExposure } from '../ledger-truth.ts';
import type { World } from '../world.ts';

/** Long enough for a control plane to find its gateways again and for replicas to answer what they were asked. */
const restMs = 4_000;
/** Nobody can run what was wanted only just now. */
const startMs = 1_000;

/** Some time after all faults are over, everything must stand as the ledger says. */
export const checkRest = (world: World): void => {
  const { truth, fleet, report, time } = world;
  const planes = world.planes().filter((plane) => plane.isReady());
  const [plane] = planes;
  if (plane === undefined || planes.length > 1) {
    report('converges', `${planes.length} control planes answer`);
    return;
  }
  // What somebody was told is recorded must have outlived every crash. (After a backup was restored nobody can expect that.)
  for (const { wish, laneSeqBefore } of world.people.acknowledged)
    if (!isRecorded(wish, laneSeqBefore, truth.events()))
      report('I4', `${wish.what} was acknowledged as recorded, and in the end the ledger does not have it`);
  const epoch = truth.epoch();
  const nowMs = plane.engineNowMs();
  for (const process of fleet.processes()) {
    const expected = truth.newestSeq(epoch, truth.headSeq(epoch), process.environment);
    const found = process.generation();
    const newest = truth.events()[expected - 1];
    const isFresh = newest !== undefined && nowMs - newest.atMs < 1_000;
    if (expected === 0 || isFresh) continue;
    if (found === null || found.epoch !== epoch)
      report('I8', `${process.name} follows ${JSON.stringify(found)}, but the ledger is in epoch ${epoch}`);
    else if (found.seq !== expected)
      report('converges', `${process.name} follows record ${found.seq}, and the newest is ${expected}`);
  }
  const wanted = new Set<string>();
  /** Wanted for long enough that it must run. */
  const due = new Set<string>();
  const leaving = new Set<string>();
  for (const lane of truth.lanes()) {
    const [, environment = '', service = ''] = lane.split('/');
    const facts = truth.now(lane);
    const key = { service, environment };
    const view = plane.engine.lane(key);
    if ((view.stable?.release ?? null) !== facts.stable)
      report('converges', `${lane}: the control plane takes another release for stable than the ledger`);
    if ((view.rollout?.order.rollout ?? null) !== (facts.rollout?.id ?? null))
      report(
        'converges',
        `${lane}: the control plane runs ${view.rollout?.order.rollout}, the ledger ${facts.rollout?.id}`,
      );
    // A release stands in for one that was taken back before its completion was recorded, for as long as another rollout is in the way.
    for (const process of fleet.processes()) {
      const serving =
        process.environment === environment ? process.inForce()?.services[service]?.stable : null;
      if (serving != null) leaving.add(workloadId(key, serving.release));
    }
    const newest = truth.events().findLast(({ stream }) => stream === lane);
    const hadTime = newest === undefined || nowMs - newest.atMs >= startMs;
    for (const release of [facts.stable, facts.rollout?.release]) {
      if (release == null) continue;
      const id = workloadId(key, release as `sha256:${string}`);
      wanted.add(id);
      if (hadTime) due.add(id);
    }
    if (newest !== undefined && nowMs - newest.atMs < restMs) {
      // What was let go of just now may still be answering.
      for (const { data } of truth.events()) {
        const release = (data as { order?: { release: string } }).order?.release;
        if (release !== undefined) leaving.add(workloadId(key, release as `sha256:${string}`));
      }
      continue;
    }
    for (const { release } of view.workloads) {
      const id = workloadId(key, release as `sha256:${string}`);
      if (!world.runtime.workloads().has(id))
        report('ready', `${lane}: the ledger says that ${id} runs, and it was removed`);
    }
    const isExposed = facts.rollout !== null && allowedExposure(facts.rollout) !== null;
    for (const process of fleet.processes()) {
      if (process.environment !== environment || process.inForce()?.generation.epoch !== epoch) continue;
      const candidate = process.inForce()?.services[service]?.candidate ?? null;
      if ((candidate !== null) !== isExposed)
        report(
          'converges',
          `${process.name}: ${candidate?.rollout ?? 'nothing'} is exposed, the ledger says ${isExposed ? facts.rollout?.id : 'nothing'}`,
        );
    }
  }
  const running = [...world.runtime.workloads().keys()];
  for (const id of due)
    if (!running.includes(id) && world.releaseOfWorkload(id) !== 'never')
      report('converges', `${id} is wanted and does not run at ${Math.round(time.nowMs())}`);
  // Gateways date their last requests by their own clocks, and a control plane that is behind waits accordingly longer.
  if (world.clockOffsetMs() !== 0) return;
  for (const id of running)
    if (!wanted.has(id) && !leaving.has(id)) report('converges', `${id} still runs, and nobody wants it`);
};
