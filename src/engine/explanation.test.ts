import { describe, expect, it } from 'vitest';
import type { MetricPlan } from '../core/metrics/metric-plan.ts';
import { readMetric } from '../core/metrics/read-metric.ts';
import type { EndCause, LaneEvent, Recorded } from '../core/rollout/events.ts';
import { orderNumber, planFor } from '../core/rollout/testing/lane.ts';
import { waitingMetrics } from '../core/rollout/waiting-metric.ts';
import { explainRollout } from './explanation.ts';

const key = { service: 'spam', environment: 'production' };
const plan = planFor();
const order = orderNumber(2, plan);
const rollout = order.rollout;
const nothing = { verdict: null, readings: [], metrics: [], leftOut: null, costs: null, storedLines: null };

const exposure = { share: 0.1, mirrorShare: 0, replicas: null };
const recordsOf = (...events: LaneEvent[]): Recorded<LaneEvent>[] =>
  events.map((event, index) => ({ event, atMs: 1_000 * index, actor: 'ann', seq: index + 1 }));

const started: LaneEvent = { type: 'rollout.started', order, baseline: null };
const enters = (stage: number, override: { skipped: string[]; reason: string } | null = null): LaneEvent => ({
  type: 'stage.entered',
  rollout,
  stage,
  name: plan.stages[stage]!.name,
  override,
});

it('tells the stages with their gates, overrides and pulls, and of no other rollout', () => {
  const digest = `sha256:${'0'.repeat(64)}` as const;
  const stage = plan.stages.findIndex(({ gates }) => gates.some(({ type }) => type === 'evidence'));
  const gate = plan.stages[stage]!.gates.findIndex(({ type }) => type === 'evidence');
  const explanation = explainRollout(
    key,
    recordsOf(
      { type: 'rollout.started', order: orderNumber(1, plan), baseline: null },
      {
        type: 'rollout.ended',
        rollout: 'ro_1',
        release: order.release,
        outcome: 'aborted',
        cause: { kind: 'person', reason: null },
      },
      { type: 'rollout.queued', order },
      started,
      enters(0),
      enters(stage, { skipped: ['evaluation'], reason: 'known good' }),
      { type: 'candidate.pulled', rollout, stage, guards: ['errors'], readings: [], evidenceDigest: digest },
      { type: 'candidate.restored', rollout, stage, readings: [] },
      { type: 'candidate.pulled', rollout, stage, guards: ['slow'], readings: [] },
      {
        type: 'gate.decided',
        rollout,
        release: order.release,
        stage,
        gate,
        outcome: 'passed',
        evidence: { kind: 'evidence', readings: [], evidenceDigest: digest },
      },
      enters(stage + 1),
      {
        type: 'rollout.ended',
        rollout,
        release: order.release,
        outcome: 'completed',
        cause: { kind: 'completed' },
      },
    ),
    rollout,
    nothing,
  );
  expect(explanation).toMatchObject({
    releaseVersion: '1.2.0',
    startedAtMs: 3_000,
    state: { kind: 'ended', outcome: 'completed', seq: 12, atMs: 11_000 },
    stages: [
      { stage: 0, enteredAtMs: 4_000, leftAtMs: 5_000, pulls: [] },
      {
        stage,
        leftAtMs: 10_000,
        override: { skipped: ['evaluation'] },
        pulls: [
          { guards: ['errors'], evidenceDigest: digest, seq: 7, restored: { seq: 8, evidenceDigest: null } },
          { guards: ['slow'], restored: null },
        ],
      },
      { stage: stage + 1, leftAtMs: 11_000 },
    ],
  });
  expect(explanation?.stages[1]?.gates[gate]).toMatchObject({
    outcome: 'passed',
    seq: 10,
    decidedAtMs: 9_000,
  });
  expect(explanation?.stages[1]?.demandedGuards).toContain('errors');
});

it('tells a queued rollout from a running one, and knows nothing of others', () => {
  const queued = recordsOf({ type: 'rollout.queued', order });
  expect(explainRollout(key, queued, rollout, nothing)).toMatchObject({
    state: { kind: 'queued' },
    stages: [],
  });
  const verdict = { kind: 'advance', to: 0 } as const;
  expect(explainRollout(key, recordsOf(started), rollout, { ...nothing, verdict })?.state).toEqual({
    kind: 'running',
    verdict,
  });
  expect(explainRollout(key, recordsOf(started), 'ro_9', nothing)).toBeNull();
});

describe('outside metrics', () => {
  const metric: MetricPlan = {
    name: 'refunds',
    source: 'prometheus',
    query: 'refunds',
    range: null,
    min: null,
    max: 2,
    everyMs: 15_000,
    polls: 1,
  };
  const measured = { ...order, plan: { ...plan, metrics: [metric] } };
  const readingOf = (value: number) =>
    readMetric(metric, [{ kind: 'value', value, atMs: value * 1_000, stage: 0 }], 0);
  const begun: LaneEvent = { type: 'rollout.started', order: measured, baseline: null };

  it('stand as they are now while the rollout runs, with what the stage waits for', () => {
    const waiting = waitingMetrics(measured.plan, { ...plan.stages[0]!, exposure }, [readingOf(3)]);
    expect(waiting).toHaveLength(1);
    const verdict = { kind: 'hold', waitingFor: waiting, untilMs: null } as const;
    const now = { ...nothing, verdict, metrics: [readingOf(3)] };
    expect(explainRollout(key, recordsOf(begun, enters(0)), rollout, now)?.metrics).toEqual([
      { plan: metric, reading: readingOf(3), waiting: waiting[0] },
    ]);
  });

  it('are told from the newest record once it is over, and as unknown when no record names them', () => {
    const passed: LaneEvent = {
      type: 'gate.decided',
      rollout,
      release: order.release,
      stage: 0,
      gate: 0,
      outcome: 'passed',
      evidence: { kind: 'soak', durationMs: 1, metrics: [readingOf(1)] },
    };
    const end = (cause: EndCause): LaneEvent => ({
      type: 'rollout.ended',
      rollout,
      release: order.release,
      outcome: 'rolled-back',
      cause,
    });
    const told = (...events: LaneEvent[]) =>
      explainRollout(key, recordsOf(begun, enters(0), ...events), rollout, nothing)?.metrics[0]?.reading;
    const broken = { kind: 'metric', metrics: ['refunds'], readings: [readingOf(3)] } as const;
    expect(told(passed, end(broken))).toEqual(readingOf(3));
    expect(told(passed, end({ kind: 'person', reason: null }))).toEqual(readingOf(1));
    expect(told(end({ kind: 'person', reason: null }))).toBeNull();
  });
});
