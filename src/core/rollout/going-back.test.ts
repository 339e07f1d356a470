import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { rollbackTarget } from './rollback-target.ts';
import {
  digestNumber,
  driveLane,
  type LaneDriver,
  laneServing,
  look,
  orderNumber,
  plainPolicy,
  planFor,
  ready,
} from './testing/lane.ts';

const plan = planFor({
  policy: {
    ...plainPolicy,
    guards: [],
    minimumMs: 0,
    hold: { durationMs: 0, holdbackShare: 0 },
    evaluation: { ...plainPolicy.evaluation, require: [] },
  },
});

const finish = (lane: LaneDriver): void => {
  for (let count = 0; count < 10 && lane.state().rollout !== null; count += 1) look(lane);
};

/** Releases 1, 2 and 3 have become stable one after the other. */
const afterThree = (): LaneDriver => {
  const lane = driveLane(laneServing(1));
  for (const number of [2, 3]) {
    lane.send({ type: 'start', order: orderNumber(number, plan), whenRunning: 'supersede' });
    ready(lane, number);
    finish(lane);
  }
  return lane;
};

const backTo = (number: number, rollout: string) =>
  ({
    type: 'start',
    order: orderNumber(number, plan, { rollout, kind: 'rollback' }),
    whenRunning: 'supersede',
  }) as const;

describe('the way back', () => {
  it('passes over releases that were taken back', () => {
    const lane = afterThree();
    expect(rollbackTarget(lane.state())?.release).toBe(digestNumber(2));
    lane.send(backTo(2, 'ro_back'));
    ready(lane, 2);
    finish(lane);
    expect(lane.state().stable?.release).toBe(digestNumber(2));
    expect(rollbackTarget(lane.state())?.release).toBe(digestNumber(1));
  });

  it('is refused where its target was taken back after it had been planned', () => {
    const lane = afterThree();
    lane.send(backTo(2, 'ro_back'));
    lane.send({ type: 'abort', reason: 'not that one' });
    expect(decide(lane.state(), { ...backTo(2, 'ro_again'), atMs: 0, actor: 'ann' })).toMatchObject({
      ok: false,
      refusal: { code: 'conflict' },
    });
    expect(rollbackTarget(lane.state())?.release).toBe(digestNumber(1));
  });
});
