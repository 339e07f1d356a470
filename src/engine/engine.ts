import type { Digest } from '../core/digest.ts';
import type { GuardReading } from '../core/evidence/guard-reading.ts';
import type { ReleaseManifest } from '../core/release/manifest.ts';
import { contentDigest, manifestDigest } from '../core/release/seal.ts';
import { decide } from '../core/rollout/decide.ts';
import type { Command, LaneInput } from '../core/rollout/inputs.ts';
import { rollbackTarget } from '../core/rollout/rollback-target.ts';
import type { LaneState } from '../core/rollout/state.ts';
import { compareGenerations, type Generation, type RouteTable } from '../core/routing/table.ts';
import { isTidegateError, TidegateError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { EvidenceStore } from '../ports/evidence-store.ts';
import type { Gateways } from '../ports/gateways.ts';
import type { Ids } from '../ports/ids.ts';
import type { Ledger, StoredEvent } from '../ports/ledger.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Work } from '../ports/work.ts';
import {
  type Catalog,
  emptyCatalog,
  foldCatalog,
  keyStream,
  type ReleaseRecord,
  sealedEvent,
  serviceStream,
} from './catalog.ts';
import type { Environment } from './environments.ts';
import { openEvidenceKeeper } from './evidence-keeper.ts';
import { openJobReconciler } from './job-reconciler.ts';
import { type LaneKey, parseLaneStream } from './lane-key.ts';
import { openLanes, reducesExposure } from './lanes.ts';
import { orderRollout } from './orders.ts';
import { openReductions } from './reductions.ts';
import { routeTable } from './routes.ts';
import { type LaneView, laneView } from './views.ts';
import { openWorkloadReconciler } from './workload-reconciler.ts';

export interface EnginePorts {
  readonly ledger: Ledger;
  readonly evidenceStore: EvidenceStore;
  readonly gateways: Gateways;
  readonly runtime: Runtime;
  readonly work: Work;
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

export const createEngine = (ports: EnginePorts, environments: readonly Environment[]): Engine => {
  const { ledger, gateways, clock, ids } = ports;
  const catalog = emptyCatalog();
  const listeners = new Set<(key: LaneKey | null, event: StoredEvent | null) => void>();
  const reductions = openReductions();
  const tables = new Map<string, RouteTable>();
  const applied = new Map<string, { environment: string; generation: Generation | null }>();
  const promoting = new Set<string>();
  const cancels = new Set<() => void>();
  let epoch = 0;
  let running = false;
  let startedAtMs = 0;

  const lanes = openLanes(ledger, (key, events) => {
    for (const event of events) for (const listener of listeners) listener(key, event);
    follow(key);
  });
  const evidence = openEvidenceKeeper({ store: ports.evidenceStore, gateways, clock, failed: ports.failed });

  const isUnrouted = (environment: string): boolean => {
    const table = tables.get(environment);
    return (
      table !== undefined &&
      clock.nowMs() - startedAtMs >= dialInMs &&
      [...applied.values()].every(
        (gateway) =>
          gateway.environment !== environment ||
          (gateway.generation !== null && compareGenerations(gateway.generation, table.generation) >= 0),
      )
    );
  };

  const workloads = openWorkloadReconciler({
    lanes,
    catalog,
    runtime: ports.runtime,
    work: ports.work,
    clock,
    isUnrouted,
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
    failed: ports.failed,
  });

  const jobs = openJobReconciler({
    lanes,
    catalog,
    work: ports.work,
    opening: async (key, { rollout, stage, gate }) => {
      await lanes.handle(key, { type: 'gate-opening', rollout, stage, gate, ...now(engineActor) });
    },
    outcome: (key, outcome) => tell(key, { type: 'gate-outcome', ...outcome, ...now(engineActor) }),
    failed: ports.failed,
  });

  const now = (actor: string): { atMs: number; actor: string } => ({ atMs: clock.nowMs(), actor });

  const readingsOf = (state: LaneState): readonly GuardReading[] =>
    state.rollout === null ? [] : evidence.readings(state.rollout.order.rollout, state.rollout.stage);

  const view = (key: LaneKey): LaneView => {
    const state = lanes.get(key);
    const gateway = environments.find(({ name }) => name === key.environment)?.gateway ?? '';
    const traffic = evidence.traffic(key.environment, key.service);
    return laneView(key, state, gateway, readingsOf(state), traffic, clock.nowMs());
  };

  /** Whatever follows from a lane's state, made true in the world. Idempotent; called after every change. */
  const follow = (key: LaneKey): void => {
    if (!running) return;
    const { rollout, ended } = lanes.get(key);
    if (rollout !== null) evidence.open(rollout.order.rollout, rollout.order.plan);
    const last = ended[0];
    if (last !== undefined) {
      evidence.close(last.order.rollout);
      reductions.settle(last.order.rollout);
    }
    pushRoutes(key.environment);
    workloads.reconcile(key);
    jobs.reconcile(key);
    promoteAutomatically(key);
    // A state change may make the next one possible at once.
    look(key);
  };

  const pushRoutes = (name: string): void => {
    const environment = environments.find((one) => one.name === name);
    if (environment === undefined) return;
    const seq = recordedSeq(name);
    const table = routeTable({
      environment,
      lanes: lanes.all(),
      catalog,
      epoch,
      cut: { count: reductions.count(name, seq), rollouts: reductions.rollouts },
    });
    const known = tables.get(name);
    if (known !== undefined && compareGenerations(known.generation, table.generation) >= 0) return;
    tables.set(name, table);
    gateways.push(table);
  };

  const recordedSeq = (environment: string): number =>
    Math.max(
      0,
      catalog.keys.seq,
      ...lanes.all().flatMap(({ key, state }) => (key.environment === environment ? [state.seq] : [])),
    );

  const look = (key: LaneKey): void => {
    const state = lanes.get(key);
    if (state.rollout === null && state.queue.length === 0) return;
    const rollout = state.rollout?.order.rollout ?? null;
    void tell(key, { type: 'look', rollout, readings: readingsOf(state), ...now(engineActor) });
  };

  /** Takes an observation in; nobody waits for it, so failures go to the operator. */
  const tell = async (key: LaneKey, input: LaneInput): Promise<void> => {
    try {
      await handle(key, input);
    } catch (error) {
      ports.failed(error);
    }
  };

  /** Resolves true when it is recorded, false when exposure was cut and the record is still owed. */
  const handle = async (key: LaneKey, input: LaneInput, expectedVersion?: number): Promise<boolean> => {
    try {
      await lanes.handle(key, input, expectedVersion);
      return true;
    } catch (error) {
      if (!isTidegateError(error, 'disk-full') && !isTidegateError(error, 'ledger-unavailable')) throw error;
      const state = lanes.get(key);
      const decision = decide(state, input);
      const rollout = state.rollout?.order.rollout;
      const ends = decision.ok && decision.events.some((event) => event.type === 'rollout.ended');
      if (!decision.ok || !ends || !reducesExposure(decision.events) || rollout === undefined) throw error;
      if (!reductions.rollouts.has(rollout)) {
        reductions.add(key.environment, recordedSeq(key.environment), rollout, { key, input });
        pushRoutes(key.environment);
        ports.failed(error);
      }
      return false;
    }
  };

  const payOwed = async (): Promise<void> => {
    for (const { key, input, rollout } of reductions.owed()) {
      if (lanes.get(key).rollout?.order.rollout !== rollout) {
        reductions.settle(rollout);
        continue;
      }
      try {
        await lanes.handle(key, input);
      } catch {
        return; // Still not writable; the cut stands and the next try comes.
      }
    }
  };

  const promoteAutomatically = (key: LaneKey): void => {
    const environment = environments.find(({ name }) => name === key.environment);
    const next = environments[environments.findIndex(({ name }) => name === key.environment) + 1];
    if (environment?.promote !== 'automatic' || next === undefined) return;
    const last = lanes.get(key).ended[0];
    const { stable } = lanes.get(key);
    if (last?.outcome !== 'completed' || last.order.kind === 'rollback' || stable === null) return;
    if (stable.rollout !== last.order.rollout) return;
    const rollout = `${last.order.rollout}-${next.name}`;
    const target = lanes.get({ service: key.service, environment: next.name });
    const known = [
      target.rollout?.order,
      ...target.queue.map(({ order }) => order),
      ...target.ended.map(({ order }) => order),
    ];
    if (promoting.has(rollout) || known.some((order) => order?.rollout === rollout)) return;
    if (target.stable?.release === stable.release) return;
    promoting.add(rollout);
    begin({
      service: key.service,
      release: stable.release,
      environment: next.name,
      rollout,
      actor: last.actor,
      reason: `promoted from ${key.environment}`,
      kind: 'promote',
      origin: last.order.rollout,
    }).catch(ports.failed);
  };

  const find = (service: string, release: string): ReleaseRecord => {
    const releases = catalog.services.get(service)?.releases ?? [];
    const plain = release.replace(/^v/, '');
    const found = releases.find((record) => record.release === release || record.manifest.version === plain);
    if (found === undefined)
      throw new TidegateError('not-found', `Service ${service} has no release ${release}.`, {
        todo: `\`tidegate list releases ${service}\` shows them.`,
      });
    return found;
  };

  const environmentNamed = (name: string): Environment => {
    const found = environments.find((environment) => environment.name === name);
    if (found === undefined)
      throw new TidegateError(
        'not-found',
        `There is no environment ${name}; there are ${environments.map((one) => one.name).join(', ')}.`,
      );
    return found;
  };

  const begin = async (
    request: ShipRequest & { kind: 'ship' | 'promote' | 'rollback'; origin: string | null },
  ): Promise<{ rollout: string; lane: LaneView; recorded: boolean }> => {
    const key = { service: request.service, environment: request.environment };
    const environment = environmentNamed(request.environment);
    const rollout = request.rollout ?? ids.next('ro');
    const { order, whenRunning } = orderRollout({
      rollout,
      salt: ids.secret(),
      kind: request.kind,
      record: find(request.service, request.release),
      environment,
      lane: lanes.get(key),
      traffic: evidence.traffic(request.environment, request.service),
      origin: request.origin,
      reason: request.reason ?? null,
    });
    const recorded = await handle(
      key,
      { type: 'start', order, whenRunning, ...now(request.actor) },
      request.expectedVersion,
    );
    return { rollout, lane: view(key), recorded };
  };

  const takeIn = async (): Promise<void> => {
    const head = await ledger.head();
    epoch = head.epoch;
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

  const laneOfRollout = (rollout: string): LaneKey | undefined =>
    lanes.all().find(({ state }) => state.rollout?.order.rollout === rollout)?.key;

  const meet = (gateway: { boot: string; environment: string; generation: Generation | null }): void => {
    applied.set(gateway.boot, { environment: gateway.environment, generation: gateway.generation });
    adoptCut(gateway.environment, gateway.generation);
  };

  const listenToGateways = (): (() => void) =>
    gateways.listen({
      connected(hello) {
        meet(hello);
        for (const rollout of hello.tripped) {
          const key = laneOfRollout(rollout);
          if (key !== undefined)
            void tell(key, {
              type: 'tripped',
              rollout,
              gateway: hello.gateway,
              cause: 'evidence',
              detail: 'The gateway had stopped the candidate while the control plane was away.',
              ...now(engineActor),
            });
        }
      },
      applied(environment, boot, generation) {
        applied.set(boot, { environment, generation });
        workloads.routesApplied();
      },
      frame(environment, boot, frame) {
        for (const rollout of evidence.take(environment, boot, frame)) {
          const key = laneOfRollout(rollout);
          if (key !== undefined) look(key);
        }
        for (const listener of listeners) listener(null, null);
      },
      tripped(_environment, boot, { rollout, cause, detail }) {
        const key = laneOfRollout(rollout);
        if (key !== undefined)
          void tell(key, { type: 'tripped', rollout, gateway: boot, cause, detail, ...now(engineActor) });
      },
      lost(_environment, boot) {
        applied.delete(boot);
        for (const rollout of evidence.forsake(boot)) {
          const key = laneOfRollout(rollout);
          if (key !== undefined) look(key);
        }
        workloads.routesApplied();
      },
    });

  /** A gateway that is ahead of the ledger by a cut was told to reduce exposure by a process that died before it could write. */
  const adoptCut = (environment: string, generation: Generation | null): void => {
    const seq = recordedSeq(environment);
    if (generation === null || generation.epoch !== epoch || generation.seq !== seq || generation.cut === 0)
      return;
    if (generation.cut <= reductions.count(environment, seq)) return;
    reductions.adopt(environment, seq, generation.cut);
    for (const { key, state } of lanes.all()) {
      if (key.environment !== environment || state.rollout === null || state.rollout.stage < 0) continue;
      void tell(key, {
        type: 'rollback',
        reason: 'Exposure was cut before a restart, when the ledger could not record it.',
        ...now(engineActor),
      });
    }
  };

  const renewLeases = (): void => {
    for (const table of tables.values()) gateways.renew(table.environment, table.generation);
  };

  let stopListening = (): void => {};

  return {
    environments,
    catalog,
    async start() {
      await takeIn();
      const live = new Set(lanes.all().flatMap(({ state }) => state.rollout?.order.rollout ?? []));
      await evidence.restore((rollout) => live.has(rollout));
      running = true;
      startedAtMs = clock.nowMs();
      stopListening = listenToGateways();
      for (const gateway of gateways.list()) if (gateway.connected) meet(gateway);
      for (const { name } of environments) pushRoutes(name);
      workloads.start();
      for (const { key } of lanes.all()) follow(key);
      renewLeases();
      every(lookEveryMs, () => {
        for (const { key } of lanes.all()) look(key);
      });
      every(leaseRenewalMs, renewLeases);
      every(retryOwedMs, () => {
        void payOwed();
        workloads.routesApplied();
      });
    },
    async stop() {
      running = false;
      stopListening();
      for (const cancel of cancels) cancel();
      jobs.stop();
      workloads.stop();
      await evidence.stop();
    },
    async register(manifest, signature, actor) {
      const release = manifestDigest(manifest);
      const known = catalog.byDigest.get(release);
      if (known !== undefined) return known;
      const stream = serviceStream(manifest.service);
      const entry = catalog.services.get(manifest.service);
      const taken = entry?.releases.find((record) => record.manifest.version === manifest.version);
      if (taken !== undefined)
        throw new TidegateError(
          'version-taken',
          `${manifest.service} ${manifest.version} exists with other contents (${taken.release}).`,
        );
      const record = { release, content: contentDigest(manifest), manifest, signature };
      const stored = await ledger.append(stream, entry?.version ?? 0, [
        sealedEvent(record, clock.nowMs(), actor),
      ]);
      for (const one of stored) {
        foldCatalog(catalog, one);
        for (const listener of listeners) listener(null, one);
      }
      return catalog.byDigest.get(release)!;
    },
    ship: (request) => begin({ ...request, kind: 'ship', origin: null }),
    async promote(key, by) {
      const at = environments.findIndex(({ name }) => name === environmentNamed(key.environment).name);
      const next = environments[at + 1];
      if (next === undefined)
        throw new TidegateError('not-now', `${key.environment} is the last environment.`);
      const { stable } = lanes.get(key);
      if (stable === null)
        throw new TidegateError('not-now', `Nothing serves ${key.service} in ${key.environment} yet.`);
      const { expectedVersion, ...rest } = by;
      if (expectedVersion !== undefined && expectedVersion !== lanes.get(key).version)
        throw new TidegateError(
          'conflict',
          `${key.service} in ${key.environment} has changed since you looked.`,
        );
      return begin({
        ...rest,
        service: key.service,
        release: stable.release,
        environment: next.name,
        kind: 'promote',
        origin: stable.rollout,
      });
    },
    async rollback(key, by, to) {
      const { rollout, stable } = lanes.get(key);
      if (rollout !== null && to === undefined) {
        const input = { type: 'rollback', reason: by.reason ?? null, ...now(by.actor) } as const;
        return { recorded: await handle(key, input, by.expectedVersion), lane: view(key) };
      }
      const target: Digest | undefined =
        to === undefined ? rollbackTarget(lanes.get(key))?.release : find(key.service, to).release;
      if (target === undefined)
        throw new TidegateError(
          'no-rollback-target',
          `${key.service} in ${key.environment} has no earlier release to go back to.`,
        );
      if (target === stable?.release) throw new TidegateError('not-now', 'That release already serves here.');
      const { recorded, lane } = await begin({
        ...by,
        service: key.service,
        release: target,
        environment: key.environment,
        kind: 'rollback',
        origin: null,
      });
      return { recorded, lane };
    },
    async command(key, command, by) {
      environmentNamed(key.environment);
      const recorded = await handle(key, { ...command, ...now(by.actor) }, by.expectedVersion);
      return { recorded, lane: view(key) };
    },
    async createKey(id, sha256, actor) {
      if (catalog.keys.active.some((key) => key.id === id))
        throw new TidegateError('not-now', `There is a key named ${id} already.`);
      await changeKeys('key.created', { id, sha256 }, actor);
    },
    async revokeKey(id, actor) {
      if (!catalog.keys.active.some((key) => key.id === id))
        throw new TidegateError('not-found', `There is no key named ${id}.`);
      await changeKeys('key.revoked', { id }, actor);
    },
    lane: view,
    lanes: () => lanes.all().map(({ key }) => view(key)),
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };

  async function changeKeys(type: string, data: object, actor: string): Promise<void> {
    const event = { type, schema: 1, atMs: clock.nowMs(), actor, data };
    for (const stored of await ledger.append(keyStream, catalog.keys.version, [event])) {
      foldCatalog(catalog, stored);
      for (const listener of listeners) listener(null, stored);
    }
    for (const { name } of environments) pushRoutes(name);
  }
};

/** Gateways that outlived the control plane have dialled in by then; until then nothing they may still use is stopped. */
const dialInMs = 5_000;
/** Well below the shortest lease a policy may set. */
const leaseRenewalMs = 2_000;

export const isLaneEvent = (stored: StoredEvent): boolean => parseLaneStream(stored.stream) !== null;
