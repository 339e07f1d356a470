import { openMemoryGateways } from '../../src/adapters/gateways/memory-gateways.ts';
import { openMemoryEvidenceStore } from '../../src/adapters/memory/memory-evidence-store.ts';
import { openMemoryLedger } from '../../src/adapters/memory/memory-ledger.ts';
import { emptyMemoryRuntimeWorld, openMemoryRuntime } from '../../src/adapters/memory/runtime.ts';
import { openVirtualClock } from '../../src/adapters/memory/virtual-clock.ts';
import type { Digest } from '../../src/core/digest.ts';
import type { ReleaseManifest } from '../../src/core/release/manifest.ts';
import type { Policy } from '../../src/core/rollout/policy.ts';
import type { StrategyConfig } from '../../src/core/rollout/strategy-spec.ts';
import { canary, evaluationResult, plainPolicy } from '../../src/core/rollout/testing/lane.ts';
import { compareGenerations, type RouteTable } from '../../src/core/routing/table.ts';
import { createEngine, type Engine } from '../../src/engine/engine.ts';
import type { Environment } from '../../src/engine/environments.ts';
import type { LaneKey } from '../../src/engine/lane-key.ts';
import { TidegateError } from '../../src/errors.ts';
import type { Work } from '../../src/ports/work.ts';
import { beginLife, type Life } from './mortal.ts';

/**
 * Everything that outlives a control plane (ledger, evidence, processes, gateways, time), and control planes that come
 * and go over it. No part is a mock: these are the in-memory adapters that pass the contracts of the real ones.
 */
export const openWorld = (
  options: {
    policy?: Partial<Policy>;
    promote?: 'manual' | 'automatic';
    /** Of production; default a canary over 50 %. */
    strategy?: StrategyConfig;
  } = {},
) => {
  const clock = openVirtualClock();
  const ledger = openMemoryLedger();
  const evidenceStore = openMemoryEvidenceStore();
  const gateways = openMemoryGateways();
  const runtimeWorld = emptyMemoryRuntimeWorld();
  const calls = { command: 0, evaluate: 0, prepare: 0 };
  const failures: unknown[] = [];
  const work: Work = {
    async prepare() {
      calls.prepare += 1;
      return { directory: '/sealed' };
    },
    async evaluate() {
      calls.evaluate += 1;
      return evaluationResult('pass');
    },
    async command() {
      calls.command += 1;
      return { exitCode: 0, output: 'fine' };
    },
    probe: async () => true,
    fingerprint: async () => null,
  };
  const policy = { ...plainPolicy, ...options.policy, whenRunning: 'supersede' as const };
  const environment = (name: string, promote: 'manual' | 'automatic'): Environment => ({
    name,
    gateway: 'http://127.0.0.1:0',
    apiKeyRequired: false,
    strategy: name === 'production' ? (options.strategy ?? canary([0.5, 1])) : canary([0.5, 1]),
    promote,
    policy: () => ({ policy, digest: 'sha256:policy' }),
  });
  const environments = [
    environment('staging', options.promote ?? 'manual'),
    environment('production', 'manual'),
  ];

  let life: Life = beginLife(null);
  let engine: Engine;
  let idCount = 0;
  let bootCount = 0;
  /** The gateway process of each environment. */
  const boots = new Map<string, { boot: string; frameSeq: number }>();
  let cohortIndex = 0;
  let ledgerIsDead = false;
  /** The ledger behind a disk that takes no write at all, as long as a test says so; what is there can be read. */
  const disk = new Proxy(ledger, {
    get: (target, property, receiver) =>
      property === 'append' && ledgerIsDead
        ? async () => {
            throw new TidegateError('ledger-unavailable', 'The disk takes no write.');
          }
        : (Reflect.get(target, property, receiver) as unknown),
  });

  /** A new control plane over what is there; the old one, if any, is gone for good. */
  const startControlPlane = (lastPoint: number | null): Promise<void> => {
    life.end();
    life = beginLife(lastPoint);
    const { mortal } = life;
    engine = createEngine(
      {
        ledger: mortal('ledger', disk),
        evidenceStore: mortal('evidenceStore', evidenceStore),
        gateways: mortal('gateways', gateways),
        runtime: mortal('runtime', openMemoryRuntime({ world: runtimeWorld })),
        work: mortal('work', work),
        clock: mortal('clock', clock),
        ids: { next: (prefix) => `${prefix}_${++idCount}`, secret: () => `salt${++idCount}` },
        failed: (error) => failures.push(error),
      },
      environments,
    );
    const started = engine.start();
    started.catch((error: unknown) => failures.push(error));
    return started;
  };

  return {
    clock,
    ledger,
    gateways,
    runtimeWorld,
    calls,
    failures,
    engine: () => engine,
    life: () => life,
    startControlPlane: startControlPlane,
    connectGateway(environmentName: string) {
      bootCount += 1;
      const boot = `boot-${bootCount}`;
      boots.set(environmentName, { boot, frameSeq: 0 });
      gateways.connect(environmentName, boot);
    },
    reconnectGateway(environmentName: string) {
      const known = boots.get(environmentName);
      if (known !== undefined) gateways.connect(environmentName, known.boot);
    },
    /** The gateway process ends for good. */
    loseGateway(environmentName: string) {
      gateways.lose(boots.get(environmentName)!.boot);
      boots.delete(environmentName);
    },
    /** Requests that all went well, or a share of the candidate's that did not, reported as one settled cohort. */
    serve(environmentName: string, service: string, count: number, candidateBadShare = 0) {
      const table = newestTable(gateways.pushed, environmentName);
      const candidate = table?.services[service]?.candidate;
      const source = boots.get(environmentName);
      if (source === undefined || candidate == null || candidate.share === 0) return;
      const mine = Math.round(count * candidate.share);
      const bad = Math.round(mine * candidateBadShare);
      const outcomes = {
        stable: { started: count - mine, bad: 0, good: count - mine },
        candidate: { started: mine, bad, good: mine - bad },
      };
      source.frameSeq += 1;
      gateways.deliverFrame(source.boot, {
        type: 'frame',
        seq: source.frameSeq,
        atMs: clock.nowMs(),
        traffic: [],
        cohorts: [
          {
            service,
            rollout: candidate.rollout,
            source: source.boot,
            index: cohortIndex++,
            stage: candidate.stage,
            candidateShare: candidate.share,
            startedAtMs: clock.nowMs(),
            closed: true,
            settled: true,
            guards: Object.fromEntries(
              candidate.readings.guards.map(({ name }) => [name, structuredClone(outcomes)]),
            ),
          },
        ],
      });
    },
    /** While true not even the reserve of the ledger can be written. */
    setLedgerDead(isDead: boolean) {
      ledgerIsDead = isDead;
    },
    /** Share of the candidate in the table that the gateway has in force. */
    gatewayExposure(environmentName: string): number {
      const boot = boots.get(environmentName)?.boot;
      const generation = gateways.list().find((one) => one.boot === boot)?.generation;
      if (generation == null) return 0;
      const inForce = gateways.pushed.findLast(
        (table) =>
          table.environment === environmentName && compareGenerations(table.generation, generation) === 0,
      );
      return inForce?.services.spam?.candidate?.share ?? 0;
    },
    table: (environmentName: string) => newestTable(gateways.pushed, environmentName),
    lane: (key: LaneKey) => engine.lane(key),
  };
};

export type World = ReturnType<typeof openWorld>;

const newestTable = (pushed: readonly RouteTable[], environment: string): RouteTable | undefined =>
  pushed.filter((table) => table.environment === environment).at(-1);

const digest = (character: string): Digest => `sha256:${character.repeat(64)}`;

export const manifestOf = (version: string, service = 'spam'): ReleaseManifest => ({
  schema: 'tidegate.release/v1',
  service,
  version,
  protocol: 'http',
  components: [{ name: 'code', path: '.', digest: digest('c'), files: 1, bytes: 1 }],
  serving: {
    kind: 'process',
    command: `serve ${version}`,
    install: null,
    replicas: 2,
    env: {},
    secrets: {},
    ready: { path: '/', timeoutMs: 1_000 },
    stopGraceMs: 100,
    limits: { memoryBytes: null, cpus: null },
    interpreter: null,
    platform: { os: 'linux', arch: 'x64' },
  },
  traffic: {
    sticky: null,
    repeatable: true,
    timeouts: { connectMs: 1, firstByteMs: 1, totalMs: 1, idleMs: 1 },
    compare: null,
    slowMs: 100,
    feedbackWithinMs: 1_000,
  },
  evaluation: {
    golden: { digest: digest('a'), cases: 1 },
    request: { method: 'POST', path: '/', body: {} },
    answer: '/label',
    positive: null,
    concurrency: 1,
    timeoutMs: 1_000,
  },
  overlays: {},
  lineage: { gitCommit: null, gitDirty: false, declared: {} },
});
