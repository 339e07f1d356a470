import { describe, expect, it } from 'vitest';
import type { MetricPlan } from '../metrics/metric-plan.ts';
import type { MetricReading } from '../metrics/metric-reading.ts';
import type { LaneEvent } from './events.ts';
import {
  bothGuards,
  canary,
  driveLane,
  type LaneDriver,
  laneServing,
  look,
  orderNumber,
  plainPolicy,
  planFor,
  ready,
} from './testing/lane.ts';
import { verdictOf } from './verdict.ts';

const metric: MetricPlan = {
  name: 'refunds',
  source: 'prometheus',
  query: 'x',
  range: null,
  min: null,
  max: 0.05,
  everyMs: 15_000,
  polls: 3,
};

const reading = (state: 'passed' | 'broken' | 'waiting', name = 'refunds'): MetricReading => ({
  metric: name,
  rule: 'threshold',
  min: null,
  max: 0.05,
  needed: 3,
  polls: [],
  bad: 0,
  good: 0,
  broken: state === 'broken',
  passed: state === 'passed',
  ...(state === 'passed' ? {} : { waitingFor: 'too-few-polls' as const }),
});

/** Release 2 stands in its first stage with users, where guards and a metric decide. */
const mixed = (metrics: readonly MetricPlan[] = [metric]): LaneDriver => {
  const lane = driveLane(laneServing(1));
  const policy = {
    ...plainPolicy,
    metrics,
    evaluation: { ...plainPolicy.evaluation, require: [] },
  };
  const plan = planFor({ policy, strategy: canary([0.5, 1]), hasGoldenSet: false });
  lane.send({ type: 'start', order: orderNumber(2, plan), whenRunning: 'supersede' });
  ready(lane, 2);
  // Into the preparation, where nothing reaches the candidate, and out of it.
  look(lane);
  look(lane);
  lane.wait(6_000);
  return lane;
};

const lookWith = (lane: LaneDriver, metrics?: readonly MetricReading[], stage = 1): LaneEvent[] =>
  lane.send({
    type: 'look',
    rollout: 'ro_2',
    stage,
    readings: bothGuards('passed'),
    ...(metrics === undefined ? {} : { metrics }),
  });

describe('a stage whose guards have all passed', () => {
  it('is left when its metrics have passed too, and the record has both', () => {
    const lane = mixed();
    expect(lane.state().rollout?.stage).toBe(1);
    const events = lookWith(lane, [reading('passed')]);
    expect(events).toMatchObject([
      { type: 'gate.decided', evidence: { kind: 'evidence', metrics: [{ metric: 'refunds' }] } },
      { type: 'stage.entered', stage: 2 },
    ]);
  });

  it.each<[string, readonly MetricReading[] | undefined, string]>([
    ['nobody tells of a metric', undefined, 'no-poll'],
    ['there is no reading', [], 'no-poll'],
    ['there is one of another metric only', [reading('passed', 'orders')], 'no-poll'],
    ['a metric has not passed', [reading('waiting')], 'too-few-polls'],
  ])('holds while %s', (_what, metrics, reason) => {
    const lane = mixed();
    expect(lookWith(lane, metrics)).toEqual([]);
    expect(
      verdictOf(lane.state(), bothGuards('passed'), lane.state().rollout!.stageEnteredAtMs + 6_000, metrics),
    ).toMatchObject({ kind: 'hold', waitingFor: [{ on: 'metric', metric: 'refunds', reason, needed: 3 }] });
  });

  it('does not listen to what a metric said in another stage', () => {
    const lane = mixed();
    expect(lookWith(lane, [reading('passed')], 0)).toEqual([]);
    expect(lookWith(lane, [reading('broken')], 0)).toEqual([]);
  });

  it('passes nothing before the shortest time is over, and then on what the metric says by that time', () => {
    const early = driveLane(mixed().state());
    early.wait(-6_000);
    expect(lookWith(early, [reading('passed')])).toEqual([]);
    early.wait(60_000);
    expect(lookWith(early, [])).toEqual([]);
    expect(lookWith(early, [reading('passed')]).at(-1)).toMatchObject({ type: 'stage.entered', stage: 2 });
  });

  it('holds when a metric falls silent after its gate has passed', () => {
    const lane = mixed();
    ready(lane, 2, 1);
    expect(lookWith(lane, [reading('passed')])).toMatchObject([{ type: 'gate.decided', outcome: 'passed' }]);
    ready(lane, 2);
    expect(lookWith(lane, [])).toEqual([]);
    expect(lookWith(lane, [reading('passed')])).toMatchObject([{ type: 'stage.entered', stage: 2 }]);
  });
});

it('a broken metric ends the rollout whatever its guards say, and also while it is paused', () => {
  for (const isPaused of [false, true]) {
    const lane = mixed();
    if (isPaused) lane.send({ type: 'pause', reason: null });
    expect(lookWith(lane, [reading('broken'), reading('passed', 'orders')])).toMatchObject([
      {
        type: 'rollout.ended',
        outcome: 'rolled-back',
        cause: { kind: 'metric', metrics: ['refunds'], readings: [{}, {}] },
      },
    ]);
  }
});

it('a plan without metrics is what it was before there were any', () => {
  const lane = mixed([]);
  expect(lane.state().rollout?.order.plan).not.toHaveProperty('metrics');
  const [decided] = lookWith(lane, []);
  expect(decided).toMatchObject({ type: 'gate.decided', outcome: 'passed' });
  expect((decided as Extract<LaneEvent, { type: 'gate.decided' }>).evidence).not.toHaveProperty('metrics');
});
