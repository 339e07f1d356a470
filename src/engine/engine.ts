import type { Prices } from '../core/cost/price.ts';
import type { BudgetStanding } from '../core/limits/budget.ts';
import type { Limits } from '../core/limits/limits.ts';
import type { ReleaseManifest } from '../core/release/manifest.ts';
import type { Command, LaneInput } from '../core/rollout/inputs.ts';
import type { TrafficHistory } from '../core/traffic/traffic-history.ts';
import type { StoredEvent } from '../ports/ledger.ts';
import type { UsageQuery, UsageRow } from '../ports/usage-store.ts';
import type { Acting, ShipRequest } from './acting.ts';
import { openBudgetBoard } from './budget-board.ts';
import {
  type Catalog,
  emptyCatalog,
  foldCatalog,
  keyStream,
  limitsStream,
  pricesStream,
  type ReleaseRecord,
} from './catalog.ts';
import { openEarlyCuts } from './early-cuts.ts';
import type { EnginePorts } from './engine-ports.ts';
import type { Environment } from './environments.ts';
import { openEvidenceKeeper } from './evidence-keeper.ts';
import { type Explaining, openExplaining } from './explaining.ts';
import { observeGateways } from './gateway-observer.ts';
import { openJobReconciler } from './job-reconciler.ts';
import { type Journal, openJournal } from './journal.ts';
import { type LaneKey, parseLaneStream } from './lane-key.ts';
import { openLanes } from './lanes.ts';
import { leaseRenewalMs, openLeaseKeeper } from './lease-keeper.ts';
import { openLooking } from './looking.ts';
import { openMetricWatch } from './metric-watch.ts';
import { openPeriodic } from './periodic.ts';
import { openRecordKeeping, type RecordKeeping } from './record-keeping.ts';
import { openReductions } from './reductions.ts';
import { openRolloutStarter } from './rollout-starter.ts';
import { openRoutePublisher } from './route-publisher.ts';
import { standInFor } from './stand-in.ts';
import { openTrafficKeeper } from './traffic-keeper.ts';
import { openUsageKeeper } from './usage-keeper.ts';
import type { LaneView } from './views.ts';
import { openWorkloadReconciler } from './workload-reconciler.ts';

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
  /** Null lets everything in. */
  setLimits(environment: string, limits: Limits | null, actor: string): Promise<void>;
  /** Null: as listed. */
  setPrices(environment: string, prices: Prices | null, actor: string): Promise<void>;
  readonly notePayloads: RecordKeeping['notePayloads'];
  lane(key: LaneKey): LaneView;
  lanes(): readonly LaneView[];
  /** What the lane answered in the last two weeks, by hours. */
  trafficHistory(key: LaneKey): TrafficHistory;
  /** What calls used and cost, by day (UTC) and whatever is asked for. */
  usage(query: UsageQuery): Promise<readonly UsageRow[]>;
  /** How far the budgets in force are spent. */
  budgetStandings(environment: string): readonly BudgetStanding[];
  /** Calls back after every recorded event (and `null` when only readings or traffic moved). */
  watch(listener: (key: LaneKey | null, event: StoredEvent | null) => void): () => void;
}

export type { Acting, ShipRequest };

/** What route tables follow from, beside the lanes. */
const catalogStreams = new Set([keyStream, limitsStream, pricesStream]);
const engineActor = 'tidegate';
const lookEveryMs = 200;
const retryOwedMs = 1_000;
/** So long gateways may take to dial in to a new process and say what they have cut. */
const hearingMs = 1_000;

export const createEngine = (ports: EnginePorts, environments: readonly Environment[]): Engine => {
  const { ledger, gateways, clock, ids, failed } = ports;
  const catalog = emptyCatalog();
  const listeners = new Set<(key: LaneKey | null, event: StoredEvent | null) => void>();
  const reductions = openReductions();
  /** Rollouts that an earlier process had begun: somebody may have stopped them, and only the gateways know of it. */
  const inherited = new Set<string>();
  let running = false;

  const notify = (key: LaneKey | null, event: StoredEvent | null): void => {
    for (const listener of listeners) listener(key, event);
  };
  const journal: Journal = openJournal({
    ledger,
    fold(stored) {
      lanes.fold(stored);
      foldCatalog(catalog, stored);
    },
    follow: (events) => followRecords(events),
  });
  const lanes = openLanes(journal);
  const evidence = openEvidenceKeeper({ store: ports.evidenceStore, gateways, clock, failed });
  const traffic = openTrafficKeeper({ store: ports.evidenceStore, gateways, clock, failed });
  const usage = openUsageKeeper({ store: ports.usageStore, clock, failed });
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
    isUpToDate: () =>
      journal.catchUp().then(
        () => true,
        () => false,
      ),
    standIn: (lane) => standInFor(lane, reductions.rollouts)?.release ?? null,
    report: (key, report) => tell(key, { type: 'workload', ...report, ...now(engineActor) }),
    failed,
  });

  const jobs = openJobReconciler({
    lanes,
    catalog,
    work: ports.work,
    isReady: workloads.isReady,
    opening: async (key, { rollout, stage, gate }) => {
      const input = { type: 'gate-opening', rollout, stage, gate, ...now(engineActor) } as const;
      return (await lanes.handle(key, input)).length > 0;
    },
    async outcome(key, outcome) {
      await tell(key, { type: 'gate-outcome', ...outcome, ...now(engineActor) });
    },
    clock,
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
    if (last !== undefined) evidence.close(last.order.rollout);
    cuts.followed(key);
    routes.publish(key.environment);
    workloads.reconcile(key);
    jobs.reconcile(key);
    metricWatch.follow(key);
    starter.promoteAutomatically(key);
    // A state change may make the next one possible at once.
    look(key);
  };

  /** All of these are folded; now the world is made so. */
  const followRecords = (events: readonly StoredEvent[]): void => {
    const touched = new Map<string, LaneKey>();
    for (const event of events) {
      const key = parseLaneStream(event.stream);
      if (key !== null) touched.set(event.stream, key);
      notify(key, event);
    }
    if (events.some(({ stream }) => catalogStreams.has(stream))) publishAll();
    for (const key of touched.values()) follow(key);
  };

  /** Takes an observation in; nobody waits for it, so failures go to the operator. Resolves to false after one. */
  const tell = async (key: LaneKey, input: LaneInput): Promise<boolean> => {
    try {
      await cuts.handle(key, input);
      return true;
    } catch (error) {
      failed(error);
      return false;
    }
  };

  const starter = openRolloutStarter({
    environments,
    lanes,
    catalog,
    clock,
    ids,
    traffic: ({ environment, service }) => evidence.traffic(environment, service),
    handle: (key, input, expectedVersion) => cuts.handle(key, input, expectedVersion),
    failed,
  });
  const cuts = openEarlyCuts({
    lanes,
    reductions,
    recordedSeq: routes.recordedSeq,
    publish: routes.publish,
    goBack: (key, by) => starter.goBack(key, by, undefined),
    clock,
    actor: engineActor,
    failed,
  });
  const { view, look } = openLooking({
    environments,
    lanes,
    evidence,
    metricWatch,
    heldBack: inherited,
    clock,
    actor: engineActor,
    tell,
  });
  const explaining = openExplaining({ ledger, store: ports.evidenceStore, evidence, view });
  const records = openRecordKeeping({ journal, catalog, clock });
  const budgets = openBudgetBoard({ catalog, records, actor: engineActor, failed });
  const publishAll = (): void => {
    if (running) for (const { name } of environments) routes.publish(name);
  };

  const periodic = openPeriodic(clock);
  const renewLeases = openLeaseKeeper({
    journal,
    clock,
    renew() {
      if (running) routes.renewLeases();
    },
    failed,
  });

  let stopListening = (): void => {};

  return {
    environments,
    catalog,
    explaining,
    async start() {
      routes.begin((await ledger.head()).epoch);
      await journal.load();
      const live = new Set(lanes.all().flatMap(({ state }) => state.rollout?.order.rollout ?? []));
      for (const rollout of live) inherited.add(rollout);
      await evidence.restore((rollout) => live.has(rollout));
      await traffic.restore();
      await usage.restore();
      await workloads.begin();
      jobs.begin();
      running = true;
      stopListening = observeGateways({
        gateways,
        lanes,
        routes,
        evidence,
        traffic,
        usage,
        budgets,
        clock,
        actor: engineActor,
        tell: (key, input) => void tell(key, input),
        look,
        adoptCuts: cuts.adopt,
        connected: () => void renewLeases(),
        routesMoved: workloads.routesApplied,
        figuresMoved: () => notify(null, null),
      });
      publishAll();
      workloads.start();
      for (const { key } of lanes.all()) follow(key);
      void renewLeases();
      clock.after(hearingMs, () => inherited.clear());
      periodic.every(lookEveryMs, () => {
        for (const { key } of lanes.all()) look(key);
      });
      periodic.every(leaseRenewalMs, () => void renewLeases());
      periodic.every(retryOwedMs, () => {
        void cuts.pay();
        workloads.routesApplied();
        workloads.repeat();
        for (const { key } of lanes.all()) jobs.reconcile(key);
      });
    },
    async stop() {
      running = false;
      stopListening();
      periodic.stop();
      jobs.stop();
      workloads.stop();
      metricWatch.stop();
      await Promise.all([evidence.stop(), traffic.stop(), usage.stop()]);
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
      return { recorded: await cuts.handle(key, input, by.expectedVersion), lane: view(key) };
    },
    async command(key, command, by) {
      starter.environment(key.environment);
      const recorded = await cuts.handle(key, { ...command, ...now(by.actor) }, by.expectedVersion);
      return { recorded, lane: view(key) };
    },
    createKey: records.createKey,
    revokeKey: records.revokeKey,
    setLimits: records.setLimits,
    setPrices: records.setPrices,
    notePayloads: records.notePayloads,
    lane: view,
    lanes: () => lanes.all().map(({ key }) => view(key)),
    trafficHistory: traffic.history,
    usage: usage.usage,
    budgetStandings: budgets.standings,
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
