import { describe, expect, it } from 'vitest';
import type { GuardPlan } from './plan.ts';
import type { StrategyConfig } from './strategy-spec.ts';
import {
  canary,
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
} from './testing/lane.ts';
import { verdictOf } from './verdict.ts';

const feedbackOnly: GuardPlan[] = [{ name: 'feedback', marginShare: 0.02, boundShare: null }];

/** The second release stands in the first stage after its evaluation. */
const standing = (strategy: StrategyConfig, guards: readonly GuardPlan[]): LaneDriver => {
  const lane = driveLane(laneServing(1));
  const policy = { ...plainPolicy, guards, minimumMs: 0 };
  lane.send({
    type: 'start',
    order: orderNumber(2, planFor({ strategy, policy })),
    whenRunning: 'supersede',
  });
  ready(lane, 2);
  look(lane);
  evaluationPassed(lane);
  look(lane);
  return lane;
};
const waiting = (lane: LaneDriver) => verdictOf(lane.state(), [reading('feedback', 'passed')], 1_100_000);

describe('a stage that needs evidence which none of the guards can see', () => {
  const blind = {
    kind: 'hold',
    waitingFor: [{ on: 'evidence', guard: 'feedback', reason: 'no-bound', moreRequests: null }],
  };

  it('holds while it only mirrors, for users say nothing about copies', () => {
    const lane = standing(canary([0.5, 1], 1), feedbackOnly);
    expect(lane.state().rollout?.order.plan.stages[lane.state().rollout!.stage]?.name).toBe('shadow');
    expect(waiting(lane)).toMatchObject(blind);
    expect(look(lane, [reading('feedback', 'passed')])).toEqual([]);
  });

  it('holds where the candidate gets nothing at all', () => {
    const stage = { name: 'dark', share: 0, mirrorShare: 0, minimumMs: 0, timeoutMs: null };
    const gates = [{ type: 'evidence' }] as const;
    const lane = standing(
      { type: 'stages', stages: [{ ...stage, gates }], holdMs: null, holdbackShare: null },
      feedbackOnly,
    );
    expect(waiting(lane)).toMatchObject(blind);
  });

  it('pauses when its time is over, and goes on when a person takes the responsibility', () => {
    const lane = standing(canary([0.5, 1], 1), feedbackOnly);
    lane.wait(plainPolicy.timeoutMs! + 1);
    expect(look(lane)).toMatchObject([{ type: 'rollout.paused', cause: { kind: 'timeout' } }]);
    expect(lane.send({ type: 'advance', reason: 'nobody answers' })).toMatchObject([
      { type: 'rollout.resumed' },
      { type: 'stage.entered', override: { skipped: ['evidence'] } },
    ]);
  });

  it('is passed by those guards that do see something there', () => {
    const both: GuardPlan[] = [...feedbackOnly, { name: 'errors', marginShare: 0.02, boundShare: null }];
    const lane = standing(canary([0.5, 1], 1), both);
    expect(look(lane, [reading('errors', 'passed')]).map(({ type }) => type)).toEqual([
      'gate.decided',
      'stage.entered',
    ]);
  });
});
