import type { AssignmentReading, GuardReading } from '../core/evidence/guard-reading.ts';
import type { ReleaseManifest } from '../core/release/manifest.ts';
import { decide } from '../core/rollout/decide.ts';
import type { Command, LaneInput } from '../core/rollout/inputs.ts';
import { evidenceEffect } from '../core/rollout/name-evidence.ts';
import type { LaneState } from '../core/rollout/state.ts';
import { isTidegateError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { EvidenceStore } from '../ports/evidence-store.ts';
import type { Gateways } from '../ports/gateways.ts';
import type { Ids } from '../ports/ids.ts';
import type { Ledger, StoredEvent } from '../ports/ledger.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Work } from '../ports/work.ts';
import { type Catalog, emptyCatalog, foldCatalog, type ReleaseRecord } from './catalog.ts';
import type { Environment } from './environments.ts';
import { openEvidenceKeeper } from './evidence-keeper.ts';
import { type Explaining, openExplaining } from './explaining.ts';
import { observeGateways } from './gateway-observer.ts';
import { openJobReconciler } from './job-reconciler.ts';
import type { LaneKey } from './lane-key.ts';
import { openLanes, reducesExposure } from './lanes.ts';
import { openMarkedLooks } from './marked-looks.ts';
import { openMetricWatch } from './metric-watch.ts';
import { openRecordKeeping } from './record-keeping.ts';
import { openReductions } from './reductions.ts';
import { openRolloutStarter } from './rollout-starter.ts';
import { openRoutePublisher } from './route-publisher.ts';
import { type LaneView, laneView } from './views.ts';
import { openWorkloadReconciler } from './workload-reconciler.ts';

export interface EnginePorts {
  readonly ledger: Ledger;
  readonly evidenceStore: EvidenceStore;
  readonly gateways: Gateways;
  readonly runtime: Runtime;
  readonly work: Work;
  /** Absent: no source of outside metrics is configured, and a rollout whose plan has some is held. */
  readonly metrics?: Metrics;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Something went wrong that nobody is waiting to hear; an operator must be able to read it. */
  readonly failed: (error: unknown) => void;
}

/** The shell around the rules: takes commands and observations in, records what follows, and makes the world so. */
export interface Engine {
  /** Environments in the order releases travel. */
  readonly environments: readonly Environment[];
  readonly catalog: Catalog;
  readonly explaining: Explaining;
  /** Reads the ledger, restores the evidence and starts to act. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Takes a sealed release into the registry. The same contents under the same version are the same release. */
  register(manifest: ReleaseManifest, signature: unknown, actor: string): Promise<ReleaseRecord>;
  /** Starts a rollout. `rollout` makes a repeated call harmless. */
  ship(request: ShipRequest): Promise<{ rollout: string; lane: LaneView; recorded: boolean }>;
  /** Takes the release that serves in one environment on to the next. */
  promote(key: LaneKey, by: Acting): Promise<{ rollout: string; lane: LaneView; recorded: boolean }>;
  /** During a rollout: back to stable. Afterwards: back to the release before, as a rollout of its own. */
  rollback(key: LaneKey, by: Acting, to?: string): Promise<{ lane: LaneView; recorded: boolean }>;
  command(
    key: LaneKey,
    command: Exclude<Command, { type: 'start' }>,
    by: Acting,
  ): Promise<{ lane: LaneView; recorded: boolean }>;
  createKey(id: string, sha256: string, actor: string): Promise<void>;
  revokeKey(id: string, actor: string): Promise<void>;
  lane(key: LaneKey): LaneView;
  lanes(): readonly LaneView[];
  /** Calls back after every recorded event (and `null` when only readings or traffic moved). */
  watch(listener: (key: LaneKey | null, event: StoredEvent | null) => void): () => void;
}

export interface Acting {
  readonly actor: string;
  readonly reason?: string | null;
  readonly expectedVersion?: number;
}

export interface ShipRequest extends Acting {
  readonly service: string;
  /** Version or digest. */
  readonly release: string;
  readonly environment: string;
  readonly rollout?: string;
}

const engineActor = 'tidegate';
const lookEveryMs = 200;
const retryOwedMs = 1_000;
/** A ledger that takes longer over a reduction of exposure is overtaken by it. */
const appendPatienceMs = 500;
/** Well below the shortest lease a policy may set. */
const leaseRenewalMs = 2_000;

export const createEngine = (ports: EnginePorts, environments: readonly Environment[]): Engine => {
  const { ledger, gateways, clock, ids, failed } = ports;
  const catalog = emptyCatalog();
  const listeners = new Set<(key: LaneKey | null, event: StoredEvent | null) => void>();
  const reductions = openReductions();
  const cancels = new Set<() => void>();
  let running = false;

  const notify = (key: LaneKey | null, event: StoredEvent | null): void => {
    for (const listener of listeners) listener(key, event);
  };
  const lanes = openLanes(ledger, (key, events) => {
    for (const event of events) notify(key, event);
    follow(key);
  });
  const evidence = openEvidenceKeeper({ store: ports.evidenceStore, gateways, clock, failed });
  const routes = openRoutePublisher({ environments, lanes, catalog, reductions, gateways, clock });
  const now = (actor: string): { atMs: number; actor: string } => ({ atMs: clock.nowMs(), actor });

  const workloads = openWorkloadReconciler({
    lanes,
    catalog,
    runtime: ports.runtime,
    work: ports.work,
    clock,
    isUnrouted: routes.isEverywhere,
    lastAssignedAtMs: ({ environment, service }, release) =>
      Math.max(
        0,
        ...evidence
          .traffic(environment, service)
          .flatMap((one) => (one.release === release ? [one.lastAssignedAtMs] : [])),
      ),
    report: (key, report) => {
      void tell(key, { type: 'workload', ...report, ...now(engineActor) });
    },
    failed,
  });

  const jobs = openJobReconciler({
    lanes,
    catalog,
    work: ports.work,
    isReady: workloads.isReady,
    opening: async (key, { rollout, stage, gate }) => {
      await lanes.handle(key, { type: 'gate-opening', rollout, stage, gate, ...now(engineActor) });
    },
    outcome: (key, outcome) => tell(key, { type: 'gate-outcome', ...outcome, ...now(engineActor) }),
    failed,
  });

  const metricWatch = openMetricWatch({
    lanes,
    metrics: ports.metrics,
    clock,
    moved: (key) => {
      look(key);
      notify(null, null);
    },
    failed,
  });

  const readingsOf = ({ rollout }: LaneState, differences = false): readonly GuardReading[] =>
    rollout === null ? [] : evidence.readings(rollout.order.rollout, rollout.stage, { differences });
  const assignmentOf = ({ rollout }: LaneState): AssignmentReading | undefined =>
    rollout === null ? undefined : evidence.assignment(rollout.order.rollout);

  const view = (key: LaneKey): LaneView => {
    const state = lanes.get(key);
    const gateway = environments.find(({ name }) => name === key.environment)?.gateway ?? '';
    const traffic = evidence.traffic(key.environment, key.service);
    const metrics = metricWatch.readings(key);
    const readings = readingsOf(state, true);
    const assignment = assignmentOf(state);
    return laneView(key, state, gateway, readings, traffic, clock.nowMs(), metrics, assignment);
  };

  /** Whatever follows from a lane's state, made true in the world. Idempotent; called after every change. */
  const follow = (key: LaneKey): void => {
    if (!running) return;
    const { rollout, ended } = lanes.get(key);
    if (rollout !== null) {
      const { order, pulled, pulls } = rollout;
      evidence.open(order.rollout, order.plan);
      if (pulled !== null) evidence.beginPull(order.rollout, pulled.episode);
      else evidence.endPull(order.rollout, pulls);
    }
    const last = ended[0];
    if (last !== undefined) {
      evidence.close(last.order.rollout);
      reductions.settle(last.order.rollout);
    }
    routes.publish(key.environment);
    workloads.reconcile(key);
    jobs.reconcile(key);
    metricWatch.follow(key);
    starter.promoteAutomatically(key);
    // A state change may make the next one possible at once.
    look(key);
  };

  const look = (key: LaneKey): void => {
    const state = lanes.get(key);
    if (state.rollout === null && state.queue.length === 0) return;
    const rollout = state.rollout?.order.rollout ?? null;
    const stage = state.rollout?.stage ?? -1;
    const metrics = metricWatch.readings(key);
    const assignment = assignmentOf(state);
    const input = {
      type: 'look',
      rollout,
      stage,
      readings: readingsOf(state),
      metrics,
      ...(assignment !== undefined && { assignment }),
      ...now(engineActor),
    } as const;
    const decision = decide(state, input);
    const effect = decision.ok ? evidenceEffect(decision.events) : null;
    if (effect === null) void tell(key, input);
    // What is recorded also says how sure it is; looks that decide nothing need not know.
    else void lookMarked(key, { ...input, readings: readingsOf(state, true) }, effect);
  };

  /** Takes an observation in; nobody waits for it, so failures go to the operator. */
  const tell = async (key: LaneKey, input: LaneInput): Promise<void> => {
    try {
      await handle(key, input);
    } catch (error) {
      failed(error);
    }
  };

  const lookMarked = openMarkedLooks({ evidence, clock, tell });

  /** Does this input end exposure? Such an effect may go before its record. */
  const reduces = (key: LaneKey, input: LaneInput): boolean => {
    const decision = decide(lanes.get(key), input);
    return (
      decision.ok &&
      decision.events.some(({ type }) => type === 'rollout.ended' || type === 'candidate.pulled') &&
      reducesExposure(decision.events)
    );
  };

  /** Takes the candidate off the routes now; the record is owed to the ledger until it can be written. */
  const cut = (key: LaneKey, input: LaneInput, because: unknown): void => {
    const rollout = lanes.get(key).rollout?.order.rollout;
    if (rollout === undefined || reductions.rollouts.has(rollout)) return;
    reductions.add(key.environment, routes.recordedSeq(key.environment), rollout, { key, input });
    routes.publish(key.environment);
    failed(because);
  };

  /** Resolves true when it is recorded, false when exposure was cut and the record is still owed. */
  const handle = async (key: LaneKey, input: LaneInput, expectedVersion?: number): Promise<boolean> => {
    const { version } = lanes.get(key);
    const isReduction = (expectedVersion ?? version) === version && reduces(key, input);
    const recording = lanes.handle(key, input, expectedVersion).then(() => true);
    try {
      return isReduction ? await Promise.race([recording, overdue(key, input, recording)]) : await recording;
    } catch (error) {
      const isUnwritable =
        isTidegateError(error, 'disk-full') || isTidegateError(error, 'ledger-unavailable');
      if (!isUnwritable || !reduces(key, input)) throw error;
      cut(key, input, error);
      return false;
    }
  };

  /** A ledger that does not answer must not keep a bad candidate live. Resolves false after the cut, else never. */
  const overdue = (key: LaneKey, input: LaneInput, recording: Promise<boolean>): Promise<boolean> =>
    new Promise((resolve) => {
      const cancel = clock.after(appendPatienceMs, () => {
        cut(key, input, new Error(`The ledger has not answered within ${appendPatienceMs} ms.`));
        resolve(false);
      });
      recording.then(cancel, cancel);
    });

  let isPaying = false;
  const payOwed = async (): Promise<void> => {
    if (isPaying) return;
    isPaying = true;
    try {
      for (const { key, input, rollout } of reductions.owed())
        await payOne(key, input, rollout).catch(failed);
    } finally {
      isPaying = false;
    }
  };

  /** Whatever led to the cut may look different by now; the cut happened all the same and ends the rollout. */
  const payOne = async (key: LaneKey, input: LaneInput, rollout: string): Promise<void> => {
    const isRunning = (): boolean => lanes.get(key).rollout?.order.rollout === rollout;
    if (isRunning()) await lanes.handle(key, input).catch(() => []);
    const reason = 'Exposure was cut when the ledger could not be written.';
    if (isRunning()) await lanes.handle(key, { type: 'rollback', reason, ...now(engineActor) });
    reductions.settle(rollout);
  };

  const starter = openRolloutStarter({
    environments,
    lanes,
    catalog,
    clock,
    ids,
    traffic: ({ environment, service }) => evidence.traffic(environment, service),
    handle,
    failed,
  });
  const explaining = openExplaining({ ledger, store: ports.evidenceStore, evidence, view });
  const records = openRecordKeeping({ ledger, catalog, clock, recorded: (event) => notify(null, event) });
  const publishAll = (): void => {
    for (const { name } of environments) routes.publish(name);
  };

  const takeIn = async (): Promise<void> => {
    routes.begin((await ledger.head()).epoch);
    for (let after = 0; ; ) {
      const page = await ledger.readAll(after, 5_000);
      for (const stored of page) {
        lanes.fold(stored);
        foldCatalog(catalog, stored);
      }
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.seq;
    }
  };

  const every = (periodMs: number, task: () => void): void => {
    const cancel = clock.after(periodMs, () => {
      cancels.delete(cancel);
      if (!running) return;
      task();
      every(periodMs, task);
    });
    cancels.add(cancel);
  };

  let stopListening = (): void => {};

  return {
    environments,
    catalog,
    explaining,
    async start() {
      await takeIn();
      const live = new Set(lanes.all().flatMap(({ state }) => state.rollout?.order.rollout ?? []));
      await evidence.restore((rollout) => live.has(rollout));
      running = true;
      stopListening = observeGateways({
        gateways,
        lanes,
        routes,
        reductions,
        evidence,
        clock,
        actor: engineActor,
        tell: (key, input) => void tell(key, input),
        look,
        routesMoved: workloads.routesApplied,
        figuresMoved: () => notify(null, null),
      });
      publishAll();
      workloads.start();
      for (const { key } of lanes.all()) follow(key);
      routes.renewLeases();
      every(lookEveryMs, () => {
        for (const { key } of lanes.all()) look(key);
      });
      every(leaseRenewalMs, routes.renewLeases);
      every(retryOwedMs, () => {
        void payOwed();
        workloads.routesApplied();
        for (const { key } of lanes.all()) jobs.reconcile(key);
      });
    },
    async stop() {
      running = false;
      stopListening();
      for (const cancel of cancels) cancel();
      jobs.stop();
      workloads.stop();
      metricWatch.stop();
      await evidence.stop();
    },
    register: records.register,
    async ship(request) {
      const started = await starter.ship(request);
      return { ...started, lane: view(request) };
    },
    async promote(from, by) {
      const { key, ...started } = await starter.promote(from, by);
      return { ...started, lane: view(key) };
    },
    async rollback(key, by, to) {
      const isRunning = lanes.get(key).rollout !== null;
      if (!isRunning || to !== undefined) {
        const { recorded } = await starter.goBack(key, by, to);
        return { recorded, lane: view(key) };
      }
      const input = { type: 'rollback', reason: by.reason ?? null, ...now(by.actor) } as const;
      return { recorded: await handle(key, input, by.expectedVersion), lane: view(key) };
    },
    async command(key, command, by) {
      starter.environment(key.environment);
      const recorded = await handle(key, { ...command, ...now(by.actor) }, by.expectedVersion);
      return { recorded, lane: view(key) };
    },
    async createKey(id, sha256, actor) {
      await records.createKey(id, sha256, actor);
      publishAll();
    },
    async revokeKey(id, actor) {
      await records.revokeKey(id, actor);
      publishAll();
    },
    lane: view,
    lanes: () => lanes.all().map(({ key }) => view(key)),
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
