import type { Digest } from '../core/digest.ts';
import { shortDigest } from '../core/digest.ts';
import type { ReleaseManifest, RunSpec } from '../core/release/manifest.ts';
import { type DesiredWorkload, desired } from '../core/rollout/desired.ts';
import { isTidegateError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Runtime, Workload, WorkloadStatus } from '../ports/runtime.ts';
import type { Work } from '../ports/work.ts';
import type { Catalog } from './catalog.ts';
import { openDepartures } from './departures.ts';
import { lookAtExternal } from './external-watch.ts';
import type { LaneKey } from './lane-key.ts';
import type { Lanes } from './lanes.ts';

export const workloadId = ({ environment, service }: LaneKey, release: Digest): string =>
  `${environment}.${service}.${shortDigest(release)}`;

/** What became of a release's replicas, for the lane to hear. */
export interface WorkloadReport {
  readonly release: Digest;
  readonly addresses: readonly string[];
  readonly ready: number;
  readonly wanted: number;
  readonly failure: string | null;
}

export interface WorkloadReconciler {
  /** Begins to listen to the runtime; call it once the lanes are known. */
  start(): void;
  isReady(key: LaneKey, release: Digest): boolean;
  /** Makes the runtime run what the lane wants; may be called as often as one likes. */
  reconcile(key: LaneKey): void;
  /** To be called when a route table came into force and once a second: stops what nobody is sent to and waits for any more. */
  routesApplied(): void;
  stop(): void;
}

/** How often an external release is looked at. */
const probeEveryMs = 2_000;
const retryMs = 1_000;

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
  report: (key: LaneKey, report: WorkloadReport) => void;
  failed: (error: unknown) => void;
}): WorkloadReconciler => {
  const { lanes, catalog, runtime, work, clock } = ports;
  const statuses = new Map<string, WorkloadStatus>();
  /** Keys of workloads this reconciler has seen running or has ensured, with the lane and release they belong to. */
  const owned = new Map<string, { key: LaneKey; release: Digest; wanted: number }>();
  const departures = openDepartures(ports);
  const busy = new Map<string, Promise<void>>();
  const cancels = new Set<() => void>();
  let stopped = false;

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

  const report = (key: LaneKey, what: WorkloadReport): void => {
    const id = workloadId(key, what.release);
    if (what.ready > 0) readyNow.add(id);
    else readyNow.delete(id);
    ports.report(key, what);
  };

  /** One thing at a time for each workload, in the order asked. */
  const inTurn = (id: string, task: () => Promise<void>): void => {
    const turn = (busy.get(id) ?? Promise.resolve())
      .then(() => (stopped ? undefined : task()))
      .catch(ports.failed);
    busy.set(id, turn);
    void turn.then(() => {
      if (busy.get(id) === turn) busy.delete(id);
    });
  };

  const ensure = (key: LaneKey, { release, replicas }: DesiredWorkload): void => {
    const manifest = catalog.byDigest.get(release)?.manifest;
    if (manifest === undefined) return;
    const id = workloadId(key, release);
    if (manifest.serving.kind === 'external') {
      if (!owned.has(id)) {
        owned.set(id, { key, release, wanted: 1 });
        watchExternal(key, release, manifest);
      }
      return;
    }
    const wanted = replicas ?? manifest.overlays[key.environment]?.replicas ?? manifest.serving.replicas;
    if (owned.get(id)?.wanted === wanted) return;
    owned.set(id, { key, release, wanted });
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
      if (!mayHaveOnly(id, wanted)) {
        // First nobody is sent to the others any more; `routesApplied` comes back to them.
        tellAgain(id);
        return;
      }
      await runtime.ensure(toWorkload(key, release, manifest, spec, wanted, directory));
      tellAgain(id);
    } catch (error) {
      const known = isTidegateError(error);
      report(key, {
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

  const watchExternal = (key: LaneKey, release: Digest, manifest: ReleaseManifest): void => {
    const { serving } = manifest;
    const id = workloadId(key, release);
    if (serving.kind !== 'external') return;
    const startedAtMs = clock.nowMs();
    let wasReady = false;
    const look = (): void => {
      if (!owned.has(id)) return;
      lookAtExternal(work, serving).then(({ isReady, failure: changed }) => {
        if (stopped || !owned.has(id)) return;
        wasReady ||= isReady;
        const late = !wasReady && clock.nowMs() - startedAtMs > serving.ready.timeoutMs;
        const failure =
          changed ?? (late ? `${serving.address}${serving.ready.path} did not answer 2xx in time.` : null);
        report(key, {
          release,
          addresses: [serving.address],
          ready: isReady ? 1 : 0,
          wanted: 1,
          failure,
        });
        later(probeEveryMs, look);
      }, ports.failed);
    };
    look();
  };

  const tell = (id: string, status: WorkloadStatus): void => {
    const owner = owned.get(id);
    if (owner === undefined) return;
    // Replicas beyond the wanted number are on their way out: nobody new is sent to them, and how they end is no news.
    const counted = status.replicas.filter(({ slot }) => slot < owner.wanted);
    const ready = counted.filter(({ state }) => state === 'ready');
    const known = lanes.get(owner.key).workloads[owner.release];
    // With no replica ready the last addresses stay: the runtime brings them back on the same ports.
    const addresses = ready.length > 0 ? ready.map(({ address }) => address) : (known?.addresses ?? []);
    const failed = counted.find(({ state }) => state === 'failed');
    report(owner.key, {
      release: owner.release,
      addresses,
      ready: ready.length,
      wanted: owner.wanted,
      failure: failed === undefined ? null : (failed.detail ?? 'a replica failed for good'),
    });
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
      if (!hasSurplus(id) || busy.has(id) || manifest?.serving.kind !== 'process') continue;
      const { serving } = manifest;
      if (mayHaveOnly(id, wanted)) inTurn(id, () => run(key, release, manifest, serving, wanted));
    }
  };

  let unwatch = (): void => {};

  const wantedIds = (): Set<string> =>
    new Set(
      lanes
        .all()
        .flatMap(({ key, state }) => desired(state).workloads.map(({ release }) => workloadId(key, release))),
    );

  /** Stops what no lane wants, but only where every gateway has let go of it and every answer is out. */
  const removeUnwanted = (): void => {
    const wanted = wantedIds();
    for (const id of new Set([...owned.keys(), ...statuses.keys()])) {
      if (wanted.has(id)) {
        if (!hasSurplus(id)) departures.forget(id);
        continue;
      }
      if (!departures.hasLeft(id) || removing.has(id)) continue;
      removing.add(id);
      inTurn(id, () => remove(id).finally(() => removing.delete(id)));
    }
  };

  /** Forgets a workload only when it is gone, so that a removal that failed is tried again. */
  const remove = async (id: string): Promise<void> => {
    if (wantedIds().has(id)) return;
    const owner = owned.get(id);
    await runtime.remove(id);
    owned.delete(id);
    departures.forget(id);
    statuses.delete(id);
    if (owner === undefined) return;
    const { key, release } = owner;
    report(key, { release, addresses: [], ready: 0, wanted: 0, failure: null });
    if (wantedIds().has(id)) reconcile(key);
  };

  const reconcile = (key: LaneKey): void => {
    if (stopped) return;
    for (const workload of desired(lanes.get(key)).workloads) ensure(key, workload);
    removeUnwanted();
  };

  const routesApplied = (): void => {
    if (stopped) return;
    removeSurplus();
    removeUnwanted();
  };

  return {
    start() {
      unwatch = runtime.watch((status) => {
        statuses.set(status.id, status);
        tell(status.id, status);
      });
    },
    isReady: (key, release) => readyNow.has(workloadId(key, release)),
    reconcile,
    routesApplied,
    stop() {
      stopped = true;
      unwatch();
      for (const cancel of cancels) cancel();
    },
  };
};

const toWorkload = (
  key: LaneKey,
  release: Digest,
  manifest: ReleaseManifest,
  spec: RunSpec,
  replicas: number,
  directory: string,
): Workload => {
  const overlay = manifest.overlays[key.environment];
  return {
    id: workloadId(key, release),
    service: key.service,
    environment: key.environment,
    release,
    replicas,
    directory,
    command: spec.command,
    env: { ...spec.env, ...overlay?.env },
    secrets: { ...spec.secrets, ...overlay?.secrets },
    ready: spec.ready,
    stopGraceMs: spec.stopGraceMs,
    limits: spec.limits,
  };
};
