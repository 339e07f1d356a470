import { expect, it } from 'vitest';
import type { LaneEvent, Recorded } from '../core/rollout/events.ts';
import { orderNumber, planFor } from '../core/rollout/testing/lane.ts';
import { explainRollout } from './explanation.ts';

const key = { service: 'spam', environment: 'production' };
const plan = planFor();
const order = orderNumber(2, plan);
const rollout = order.rollout;
const nothing = { verdict: null, readings: [], storedLines: null };

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
