import type { Digest } from '../core/digest.ts';
import type { ExternalSpec, ReleaseManifest, RunSpec } from '../core/release/manifest.ts';
import type { DesiredWorkload } from '../core/rollout/desired.ts';
import { isTidegateError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Runtime, WorkloadStatus } from '../ports/runtime.ts';
import type { Work } from '../ports/work.ts';
import type { Catalog } from './catalog.ts';
import { openDepartures } from './departures.ts';
import { watchStanding } from './external-watch.ts';
import { type LaneKey, laneStream } from './lane-key.ts';
import type { Lanes } from './lanes.ts';
import { openTurns } from './turns.ts';
import { recordedWorkloads, type StandIn, wantedBy, wantedWorkloads } from './wanted-workloads.ts';
import { workloadId, workloadOf } from './workload-of.ts';
import { type WorkloadReport, workloadReport } from './workload-report.ts';

export interface WorkloadReconciler {
  /** Says of everything that the ledger takes for running, and that does not run, that it does not; once the lanes are known. */
  begin(): Promise<void>;
  /** Begins to listen to the runtime; call it once the lanes are known. */
  start(): void;
  isReady(key: LaneKey, release: Digest): boolean;
  /** Makes the runtime run what the lane wants; may be called as often as one likes. */
  reconcile(key: LaneKey): void;
  /** To be called when a route table came into force and once a second: stops what nobody is sent to and waits for any more. */
  routesApplied(): void;
  /** To be called once a second: says again what the lane could not take in. */
  repeat(): void;
  stop(): void;
}

interface Owned {
  readonly key: LaneKey;
  readonly release: Digest;
  readonly wanted: number;
  /** The ledger has said that it runs. */
  isRecorded: boolean;
}

const retryMs = 1_000;
/** In seconds. */
const sweepEvery = 3;

/** Workloads of a lane: prepares the sealed bytes, runs them, reports, and stops what nobody is sent to any more. */
export const openWorkloadReconciler = (ports: {
  lanes: Lanes;
  catalog: Catalog;
  runtime: Runtime;
  work: Work;
  clock: Clock;
  isUnrouted: (environment: string) => boolean;
  /** When any gateway last sent a request to the release (ms since the epoch); 0 when none did. */
  lastAssignedAtMs: (key: LaneKey, release: Digest) => number;
  standIn: StandIn;
  /** Takes in what others have recorded. Resolves to false when that cannot be read. */
  isUpToDate: () => Promise<boolean>;
  /** Resolves to false when the ledger could not be told. */
  report: (key: LaneKey, report: WorkloadReport) => Promise<boolean>;
  failed: (error: unknown) => void;
}): WorkloadReconciler => {
  const { lanes, catalog, runtime, work, clock } = ports;
  const statuses = new Map<string, WorkloadStatus>();
  /** Keys of workloads this reconciler has seen running or has ensured, with the lane and release they belong to. */
  const owned = new Map<string, Owned>();
  const departures = openDepartures(ports);
  const turns = openTurns(ports.failed);
  const cancels = new Set<() => void>();
  let stopped = false;
  let repeats = 0;

  const later = (delayMs: number, callback: () => void): void => {
    const cancel = clock.after(delayMs, () => {
      cancels.delete(cancel);
      if (!stopped) callback();
    });
    cancels.add(cancel);
  };

  /** Workloads that this process has seen ready and not otherwise since. */
  const readyNow = new Set<string>();
  const removing = new Set<string>();

  /** Workloads of which the ledger has not heard the newest. */
  const untold = new Set<string>();

  const report = async (key: LaneKey, what: WorkloadReport): Promise<void> => {
    const id = workloadId(key, what.release);
    if (what.ready > 0) readyNow.add(id);
    else readyNow.delete(id);
    if (!(await ports.report(key, what))) untold.add(id);
  };

  /** One thing at a time for each workload, in the order asked. */
  const inTurn = (id: string, task: () => Promise<void>): void =>
    turns.take(id, async () => {
      if (!stopped) await task();
    });

  const ensure = (key: LaneKey, { release, replicas }: DesiredWorkload): void => {
    const manifest = catalog.byDigest.get(release)?.manifest;
    if (manifest === undefined) return;
    const id = workloadId(key, release);
    if (manifest.serving.kind === 'external') {
      if (!owned.has(id)) {
        owned.set(id, { key, release, wanted: 1, isRecorded: false });
        watchExternal(id, key, release, manifest.serving);
      }
      return;
    }
    const wanted = replicas ?? manifest.overlays[key.environment]?.replicas ?? manifest.serving.replicas;
    if (owned.get(id)?.wanted === wanted) return;
    owned.set(id, { key, release, wanted, isRecorded: false });
    departures.forget(id);
    const spec = manifest.serving;
    inTurn(id, () => run(key, release, manifest, spec, wanted));
  };

  const run = async (
    key: LaneKey,
    release: Digest,
    manifest: ReleaseManifest,
    spec: RunSpec,
    wanted: number,
  ): Promise<void> => {
    const id = workloadId(key, release);
    if (owned.get(id)?.wanted !== wanted) return;
    try {
      const { directory } = await work.prepare(manifest);
      await refresh(id);
      // Fewer than there are only if nobody has recorded that more are wanted.
      if (hasSurplus(id) && !((await ports.isUpToDate()) && owned.get(id)?.wanted === wanted)) return;
      if (!mayHaveOnly(id, wanted)) {
        // First nobody is sent to the others any more; `routesApplied` comes back to them.
        tellAgain(id);
        return;
      }
      await runtime.ensure(workloadOf(key, release, manifest, spec, wanted, directory));
      await refresh(id);
      tellAgain(id);
    } catch (error) {
      const known = isTidegateError(error);
      void report(key, {
        release,
        addresses: [],
        ready: 0,
        wanted,
        failure: known ? error.message : String(error),
      });
      // A full disk or a passing fault may go away; stable must come back by itself when it does.
      if (!known) ports.failed(error);
      owned.delete(id);
      later(retryMs * 10, () => reconcile(key));
    }
  };

  const watchExternal = (id: string, key: LaneKey, release: Digest, spec: ExternalSpec): void =>
    watchStanding({
      work,
      spec,
      clock,
      again: later,
      isWanted: () => !stopped && owned.has(id),
      report: (standing) => void report(key, { release, wanted: 1, ...standing }),
      failed: ports.failed,
    });

  /** Also of what an earlier process has started: it stays in the ledger until it is taken away. */
  const tell = (id: string, status: WorkloadStatus): void => {
    if (removing.has(id)) return;
    const owner = owned.get(id) ?? recordedWorkloads(lanes).get(id);
    if (owner === undefined || (!owned.has(id) && status.replicas.length === 0)) return;
    const { key, release } = owner;
    const known = lanes.get(key).workloads[release];
    const wanted = owned.get(id)?.wanted ?? known?.wanted ?? 0;
    void report(key, workloadReport(release, wanted, status, known?.addresses ?? []));
  };

  /** What was said before may be about replicas that another control plane has taken away. */
  const refresh = async (id: string): Promise<void> => {
    const before = statuses.get(id);
    const found = (await runtime.list()).find((status) => status.id === id);
    // It may have been told something newer meanwhile.
    if (statuses.get(id) !== before) return;
    if (found === undefined) statuses.delete(id);
    else statuses.set(id, found);
  };

  /** Finds what another control plane has started and did not live to take away. */
  const sweep = async (): Promise<void> => {
    for (const status of await runtime.list()) if (!statuses.has(status.id)) statuses.set(status.id, status);
  };

  const tellAgain = (id: string): void => {
    const status = statuses.get(id);
    if (status !== undefined) tell(id, status);
  };

  /** False while replicas above this number are in a route table or may still be answering. */
  const mayHaveOnly = (id: string, wanted: number): boolean => {
    const owner = owned.get(id);
    const surplus = statuses.get(id)?.replicas.filter(({ slot }) => slot >= wanted) ?? [];
    if (owner === undefined || surplus.length === 0) return true;
    const routed = new Set(lanes.get(owner.key).workloads[owner.release]?.addresses ?? []);
    if (surplus.some(({ address }) => routed.has(address))) return false;
    return departures.haveReplicasLeft(id, owner.release);
  };

  const hasSurplus = (id: string): boolean =>
    (statuses.get(id)?.replicas.length ?? 0) > (owned.get(id)?.wanted ?? 0);

  /** Takes away the replicas beyond the wanted number that have nothing left to answer. */
  const removeSurplus = (): void => {
    for (const [id, { key, release, wanted }] of owned) {
      const manifest = catalog.byDigest.get(release)?.manifest;
      if (!hasSurplus(id) || turns.isBusy(id) || manifest?.serving.kind !== 'process') continue;
      const { serving } = manifest;
      if (mayHaveOnly(id, wanted)) inTurn(id, () => run(key, release, manifest, serving, wanted));
    }
  };

  let unwatch = (): void => {};

  const wantedIds = (): Set<string> => new Set(wantedWorkloads(lanes, ports.standIn).keys());

  /** Stops what no lane wants, but only where every gateway has let go of it and every answer is out. */
  const removeUnwanted = (): void => {
    const wanted = wantedIds();
    for (const id of new Set([...owned.keys(), ...statuses.keys(), ...recordedWorkloads(lanes).keys()])) {
      if (wanted.has(id)) {
        if (!hasSurplus(id)) departures.forget(id);
        continue;
      }
      if (!departures.hasLeft(id) || removing.has(id)) continue;
      removing.add(id);
      inTurn(id, () => remove(id).finally(() => removing.delete(id)));
    }
  };

  /**
   * First the ledger says that it does not run, then it stops running: a rollout that comes back to this release must never
   * take it for ready. Whatever fails is tried again, for the ledger or the runtime still knows of the workload then.
   */
  const remove = async (id: string): Promise<void> => {
    // What nobody wants as far as this process has read, another control plane may have started.
    if (!(await ports.isUpToDate()) || wantedIds().has(id)) return;
    const owner = owned.get(id) ?? recordedWorkloads(lanes).get(id);
    owned.delete(id);
    if (owner !== undefined) {
      const { key, release } = owner;
      await report(key, { release, addresses: [], ready: 0, wanted: 0, failure: null });
      if (recordedWorkloads(lanes).has(id)) return;
      if (wantedIds().has(id)) {
        reconcile(key);
        return;
      }
    }
    await runtime.remove(id);
    departures.forget(id);
    statuses.delete(id);
    if (owner !== undefined && wantedIds().has(id)) reconcile(owner.key);
  };

  /** Another control plane has recorded that it took these away; what is wanted of them must be started anew. */
  const disownRemoved = (key: LaneKey): void => {
    const { workloads } = lanes.get(key);
    for (const [id, owner] of owned) {
      if (laneStream(owner.key) !== laneStream(key)) continue;
      if (workloads[owner.release] !== undefined) owner.isRecorded = true;
      else if (owner.isRecorded && owner.wanted > 0) {
        // Its status stays: what was recorded as gone and still runs is taken away by whoever sees that.
        owned.delete(id);
        readyNow.delete(id);
      }
    }
  };

  const reconcile = (key: LaneKey): void => {
    if (stopped) return;
    disownRemoved(key);
    for (const workload of wantedBy(lanes.get(key), ports.standIn)) ensure(key, workload);
    removeUnwanted();
  };

  const routesApplied = (): void => {
    if (stopped) return;
    removeSurplus();
    removeUnwanted();
  };

  return {
    async begin() {
      const found = new Set((await runtime.list()).map(({ id }) => id));
      const wanted = wantedIds();
      for (const [id, { key, release }] of recordedWorkloads(lanes)) {
        if (found.has(id) || catalog.byDigest.get(release)?.manifest.serving.kind !== 'process') continue;
        const known = lanes.get(key).workloads[release];
        // The last addresses of what is wanted stay: it comes back on the same ports.
        const none = { addresses: [], wanted: 0, failure: null };
        void report(key, { release, ...none, ...(wanted.has(id) && known), ready: 0 });
      }
    },
    start() {
      unwatch = runtime.watch((status) => {
        statuses.set(status.id, status);
        tell(status.id, status);
      });
    },
    isReady: (key, release) => readyNow.has(workloadId(key, release)),
    reconcile,
    routesApplied,
    repeat() {
      repeats += 1;
      if (repeats % sweepEvery === 0) inTurn('sweep', sweep);
      for (const id of untold) {
        untold.delete(id);
        tellAgain(id);
      }
    },
    stop() {
      stopped = true;
      unwatch();
      for (const cancel of cancels) cancel();
    },
  };
};
