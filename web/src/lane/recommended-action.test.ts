import { describe, expect, test } from 'vitest';
import {
  bothGuards,
  driveLane,
  evaluationPassed,
  type LaneDriver,
  laneServing,
  look,
  orderNumber,
  plainPolicy,
  planFor,
  reading,
  ready,
} from '../../../src/core/rollout/testing/lane.ts';
import { laneView } from '../../../src/engine/views.ts';
import type { GuardReading, LaneView } from '../api/shapes.ts';
import { recommendedAction } from './recommended-action.ts';

const key = { service: 'spam', environment: 'production' };
const viewOf = (lane: LaneDriver, readings: readonly GuardReading[] = []): LaneView =>
  laneView(key, lane.state(), 'http://127.0.0.1:7090', readings, [], 1_000_000);

/** A rollout of release 2 over release 1 that has passed its evaluation. */
const evaluated = (policy = plainPolicy): LaneDriver => {
  const lane = driveLane(laneServing(1));
  lane.send({ type: 'start', order: orderNumber(2, planFor({ policy })), whenRunning: 'supersede' });
  ready(lane, 2);
  look(lane);
  evaluationPassed(lane);
  return lane;
};

describe('the recommended action', () => {
  test('names the stage that waits for an approval', () => {
    const lane = evaluated({ ...plainPolicy, approvals: 1 });
    expect(recommendedAction(viewOf(lane), null, 'production').command).toBe(
      'tidegate approve --service spam --env production --stage evaluate',
    );
  });

  test('is to resume what is paused', () => {
    const lane = evaluated();
    lane.send({ type: 'pause', reason: null });
    expect(recommendedAction(viewOf(lane), null, 'production').command).toBe(
      'tidegate resume --service spam --env production',
    );
  });

  test('is nothing while evidence gathers, and a look when it points the other way', () => {
    const lane = evaluated();
    look(lane);
    expect(recommendedAction(viewOf(lane, bothGuards('waiting')), null, 'production').command).toBeNull();
    const worse = reading('errors', 'waiting');
    const readings = [
      { ...worse, advance: { ...worse.advance, waitingFor: 'candidate-looks-worse' as const } },
    ];
    expect(recommendedAction(viewOf(lane, readings), null, 'production').command).toContain('tidegate pause');
  });

  test('between rollouts is to promote what the next environment lacks, or to ship again', () => {
    const lane = driveLane(laneServing(1));
    expect(
      recommendedAction(viewOf(lane), { environment: 'next', lane: undefined }, 'production').command,
    ).toBe('tidegate promote --service spam --env production');
    expect(recommendedAction(viewOf(lane), null, 'production').command).toBeNull();
    const aborted = evaluated();
    aborted.send({ type: 'abort', reason: null });
    expect(recommendedAction(viewOf(aborted), null, 'production').command).toBe(
      'tidegate ship --to production',
    );
    expect(recommendedAction(viewOf(aborted), null, 'staging')).toMatchObject({
      command: 'tidegate ship --to staging',
      text: expect.stringContaining('then promote it'),
    });
  });
});
