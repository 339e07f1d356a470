import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMemoryGateways } from '../adapters/gateways/memory-gateways.ts';
import { openMemoryEvidenceStore } from '../adapters/memory/memory-evidence-store.ts';
import { openMemoryLedger } from '../adapters/memory/memory-ledger.ts';
import { openMemoryMetrics } from '../adapters/memory/memory-metrics.ts';
import { openMemoryRuntime } from '../adapters/memory/runtime.ts';
import { openVirtualClock } from '../adapters/memory/virtual-clock.ts';
import { headline } from '../client/sentences.ts';
import { trouble } from '../core/metrics/metric-answer.ts';
import type { MetricPlan } from '../core/metrics/metric-plan.ts';
import { exampleManifest } from '../core/release/manifest.fixture.ts';
import { canary, plainPolicy } from '../core/rollout/testing/lane.ts';
import { createEngine, type Engine } from './engine.ts';

/** As somebody writes it in a policy. */
const query = `errors{version="\${version}",track="\${track}"}`;
const of = (version: string, track = 'candidate'): string => `errors{version="${version}",track="${track}"}`;

const errorRate: MetricPlan = {
  name: 'error-rate',
  source: 'prometheus',
  query,
  range: null,
  min: null,
  max: 0.1,
  everyMs: 15_000,
  polls: 3,
};

const key = { service: 'example', environment: 'production' };

const openWorld = (
  metric: Partial<MetricPlan> = {},
  mirrorShare: number | null = null,
  hasSource = true,
  approvals = 0,
) => {
  const clock = openVirtualClock();
  const metrics = openMemoryMetrics();
  const [ledger, evidenceStore] = [openMemoryLedger(), openMemoryEvidenceStore()];
  const [gateways, runtime] = [openMemoryGateways(), openMemoryRuntime()];
  const failures: unknown[] = [];
  const policy = {
    ...plainPolicy,
    evaluation: { ...plainPolicy.evaluation, require: [] },
    // Only the metric decides.
    guards: [],
    approvals,
    metrics: [{ ...errorRate, ...metric }],
    whenRunning: 'supersede' as const,
  };
  let ids = 0;
  const begin = (): Engine =>
    createEngine(
      {
        ledger,
        evidenceStore,
        gateways,
        runtime,
        ...(hasSource ? { metrics } : {}),
        clock,
        ids: { next: (prefix) => `${prefix}_${++ids}`, secret: () => 'salt' },
        failed: (error) => void failures.push(error),
        work: {
          prepare: async () => ({ directory: '/sealed' }),
          evaluate: async () => Promise.reject(new Error('not asked for')),
          command: async () => ({ exitCode: 0, output: '' }),
          probe: async () => true,
          fingerprint: async () => null,
        },
      },
      [
        {
          name: 'production',
          gateway: 'http://127.0.0.1:1',
          apiKeyRequired: false,
          strategy: canary([0.5, 1], mirrorShare),
          promote: 'manual',
          policy: () => ({ policy, digest: 'sha256:policy' }),
        },
      ],
    );
  let engine = begin();
  return {
    clock,
    metrics,
    failures,
    lane: () => engine.lane(key),
    engine: () => engine,
    verdict: () => engine.lane(key).rollout?.verdict,
    /** Release 1.0.0 serves, 1.1.0 has come to its first stage with traffic. */
    async start() {
      await engine.start();
      gateways.connect('production', 'boot');
      for (const version of ['1.0.0', '1.1.0']) {
        await engine.register(exampleManifest({ version }), null, 'ann');
        await engine.ship({ ...key, release: version, actor: 'ann' });
        await clock.advance(3_000);
      }
    },
    async restart() {
      await engine.stop();
      engine = begin();
      await engine.start();
      await clock.advance(0);
    },
  };
};

describe('an outside metric', () => {
  let world: ReturnType<typeof openWorld>;
  const open = async (...given: Parameters<typeof openWorld>) => {
    world = openWorld(...given);
    await world.start();
  };
  beforeEach(() => open());
  afterEach(async () => {
    await world.engine().stop();
    expect(world.failures).toEqual([]);
  });

  it('is asked only while a candidate is exposed, about that candidate, at the interval of its policy', async () => {
    expect(world.metrics.asked).toEqual([]);
    world.metrics.set(of('1.1.0'), 0.2);
    await world.clock.advance(31_000);
    expect(world.metrics.asked.map((question) => question.query)).toEqual([of('1.1.0'), of('1.1.0')]);
    const [first, second] = world.metrics.asked;
    expect(second!.atMs - first!.atMs).toBe(15_000);
    await world.clock.advance(120_000);
    expect(world.lane().rollout).toBeNull();
    // Nothing is exposed any more.
    expect(world.metrics.asked).toHaveLength(3);
  });

  it('that breaks its bound so many times in a row takes the candidate back, with the values in the cause', async () => {
    world.metrics.set(of('1.1.0'), 0.25);
    await world.clock.advance(46_000);
    const [ended] = world.lane().ended;
    expect(ended).toMatchObject({
      outcome: 'rolled-back',
      order: { releaseVersion: '1.1.0' },
      cause: {
        kind: 'metric',
        metrics: ['error-rate'],
        readings: [{ metric: 'error-rate', rule: 'threshold', max: 0.1, needed: 3, broken: true }],
      },
    });
    expect(ended!.cause).toMatchObject({
      readings: [{ polls: [0, 1, 2].map(() => ({ kind: 'value', value: 0.25, stage: 1 })) }],
    });
    expect(world.lane().stable?.releaseVersion).toBe('1.0.0');
  });

  it('lets each stage be left after so many good polls of that stage, and is in the record', async () => {
    world.metrics.set(of('1.1.0'), 0.02);
    await world.clock.advance(41_000);
    expect(world.lane().rollout).toMatchObject({ stage: 1 });
    await world.clock.advance(5_000);
    expect(world.lane().rollout).toMatchObject({
      stage: 2,
      metrics: [{ good: 0, waitingFor: 'no-poll' }],
      passed: [{}, { gates: { 0: { evidence: { kind: 'evidence', metrics: [{ passed: true }] } } } }],
    });
    // The hold of this policy takes a minute, three polls less.
    await world.clock.advance(70_000);
    expect(world.lane().stable?.releaseVersion).toBe('1.1.0');
    expect(world.lane().ended[0]).toMatchObject({ outcome: 'completed' });
  });

  it.each([
    ['dead', () => world.metrics.fail(trouble('unreachable', 'connection refused')), 'unreachable'],
    ['hanging', () => world.metrics.hang(true), 'timeout'],
    ['empty', () => world.metrics.set(of('1.1.0'), []), 'no-series'],
    ['manifold', () => world.metrics.set(of('1.1.0'), [0, 0]), 'many-series'],
    ['not a number', () => world.metrics.set(of('1.1.0'), Number.NaN), 'not-a-number'],
    ['infinite', () => world.metrics.set(of('1.1.0'), Number.POSITIVE_INFINITY), 'infinite'],
  ])(
    'that is %s holds the stage, says so, and ends in a pause, never in a rollback',
    async (_name, breakIt, reason) => {
      breakIt();
      await world.clock.advance(65_000);
      expect(world.verdict()).toMatchObject({
        kind: 'hold',
        waitingFor: [{ on: 'metric', metric: 'error-rate', reason, good: 0, needed: 3 }],
      });
      expect(headline(world.lane(), world.clock.nowMs())).toContain(
        'a usable answer about metric error-rate',
      );
      await world.clock.advance(600_000);
      expect(world.lane().rollout?.paused?.cause).toEqual({
        kind: 'timeout',
        stage: 1,
        waitingFor: ['metric'],
      });
      // Once it speaks again, the rollout goes on when a person resumes it.
      world.metrics.fail(null);
      world.metrics.hang(false);
      world.metrics.set(of('1.1.0'), 0);
      await world.engine().command(key, { type: 'resume' }, { actor: 'ann' });
      await world.clock.advance(50_000);
      expect(world.lane().rollout).toMatchObject({ stage: 2, paused: null });
    },
  );

  it('still takes a paused rollout back', async () => {
    await world.engine().command(key, { type: 'pause', reason: null }, { actor: 'ann' });
    world.metrics.set(of('1.1.0'), 1);
    await world.clock.advance(46_000);
    expect(world.lane().ended[0]).toMatchObject({ outcome: 'rolled-back', cause: { kind: 'metric' } });
  });

  it('that falls silent in the hold keeps the rollout from completing', async () => {
    world.metrics.set(of('1.1.0'), 0);
    await world.clock.advance(46_000);
    expect(world.lane().rollout).toMatchObject({ stage: 2 });
    await world.clock.advance(46_000);
    world.metrics.fail(trouble('unreachable'));
    await world.clock.advance(300_000);
    expect(world.verdict()).toMatchObject({
      kind: 'hold',
      waitingFor: [{ on: 'metric', reason: 'unreachable' }],
    });
    world.metrics.fail(null);
    await world.clock.advance(46_000);
    expect(world.lane().ended[0]).toMatchObject({ outcome: 'completed' });
  });

  it('is counted anew after a restart, toward moving on as toward a rollback', async () => {
    world.metrics.set(of('1.1.0'), 0);
    await world.clock.advance(31_000);
    expect(world.lane().rollout?.metrics).toMatchObject([{ good: 2 }]);
    await world.restart();
    expect(world.lane().rollout?.metrics).toMatchObject([{ good: 0, polls: [], waitingFor: 'no-poll' }]);
    await world.clock.advance(44_000);
    expect(world.lane().rollout?.stage).toBe(1);
    await world.clock.advance(2_000);
    expect(world.lane().rollout?.stage).toBe(2);
  });

  it('has its rows over stages toward a rollback', async () => {
    world.metrics.set(of('1.1.0'), 1);
    await world.clock.advance(31_000);
    await world.engine().command(key, { type: 'advance', reason: 'now' }, { actor: 'ann' });
    await world.clock.advance(14_000);
    expect(world.lane().rollout).toMatchObject({ stage: 2, metrics: [{ bad: 2 }] });
    await world.clock.advance(2_000);
    expect(world.lane().ended[0]).toMatchObject({ outcome: 'rolled-back', cause: { kind: 'metric' } });
  });
});

it('asks about the shadow while only copies reach the candidate', async () => {
  const world = openWorld({}, 1);
  await world.start();
  await world.clock.advance(16_000);
  expect(world.metrics.asked.map((question) => question.query)).toEqual([of('1.1.0', 'shadow')]);
  await world.engine().stop();
});

it('asks nothing while the candidate waits for people without any traffic', async () => {
  const world = openWorld({}, null, true, 1);
  await world.start();
  await world.clock.advance(60_000);
  expect(world.lane().rollout).toMatchObject({ stage: 0, metrics: [] });
  expect(world.metrics.asked).toEqual([]);
  await world.engine().stop();
});

it('holds where no source is configured', async () => {
  const world = openWorld({}, null, false);
  await world.start();
  await world.clock.advance(46_000);
  expect(world.verdict()).toMatchObject({ kind: 'hold', waitingFor: [{ reason: 'unconfigured' }] });
  await world.engine().stop();
});
