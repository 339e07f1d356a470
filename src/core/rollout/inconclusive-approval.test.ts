import { describe, expect, it } from 'vitest';
import {
  driveLane,
  evaluationPassed,
  laneServing,
  look,
  orderNumber,
  plainPolicy,
  planFor,
  ready,
} from './testing/lane.ts';
import { verdictOf } from './verdict.ts';

const withApproval = (approvals = 0, require = plainPolicy.evaluation.require) => ({
  ...plainPolicy,
  approvals,
  evaluation: { ...plainPolicy.evaluation, require, inconclusive: 'approval' as const },
});

const evaluating = (policy = withApproval()) => {
  const lane = driveLane(laneServing(1));
  lane.send({ type: 'start', order: orderNumber(2, planFor({ policy })), whenRunning: 'supersede' });
  ready(lane, 2);
  look(lane);
  return lane;
};

const waitingOn = (lane: ReturnType<typeof driveLane>) => {
  const verdict = verdictOf(lane.state(), [], 1_000_000);
  return verdict.kind === 'hold' ? verdict.waitingFor.map(({ on }) => on) : verdict.kind;
};

describe('where the policy lets a person decide what an evaluation cannot tell', () => {
  it('an inconclusive one waits for an approval, and goes on with it', () => {
    const lane = evaluating();
    expect(lane.refusal({ type: 'approve', stage: 'evaluate' })).toBe('not-now');
    evaluationPassed(lane, 'inconclusive');
    look(lane);
    expect(lane.state().rollout?.stage).toBe(0);
    expect(waitingOn(lane)).toEqual(['approval']);
    lane.send({ type: 'approve', stage: 'evaluate' }, 'ann');
    look(lane);
    expect(lane.state().rollout?.stage).toBe(1);
    expect(lane.state().rollout?.passed[0]?.gates[1]).toMatchObject({
      outcome: 'passed',
      evidence: { kind: 'approval', by: ['ann'] },
    });
  });

  it('one that passes asks nobody', () => {
    const lane = evaluating();
    expect(waitingOn(lane)).toContain('evaluation');
    evaluationPassed(lane, 'pass');
    look(lane);
    expect(lane.state().rollout?.stage).toBe(1);
  });

  it('one that fails ends the rollout', () => {
    const lane = evaluating();
    evaluationPassed(lane, 'fail');
    look(lane);
    expect(lane.state().rollout).toBeNull();
  });

  it('nobody approves a result before it is there, also where people are asked anyway', () => {
    const lane = evaluating(withApproval(1));
    expect(lane.refusal({ type: 'approve', stage: 'evaluate' })).toBe('not-now');
    evaluationPassed(lane, 'pass');
    look(lane);
    expect(waitingOn(lane)).toEqual(['approval']);
    lane.send({ type: 'approve', stage: 'evaluate' }, 'ann');
    look(lane);
    expect(lane.state().rollout?.stage).toBe(1);
  });
});

describe('a release with requirements of its own', () => {
  it('is evaluated where the policy requires nothing', () => {
    const policy = withApproval(0, []);
    expect(planFor({ policy }).evaluation).toBeNull();
    const plan = planFor({ policy, requiresItself: true });
    expect(plan.evaluation).toMatchObject({ require: [], inconclusive: 'approval' });
    expect(plan.stages[0]?.gates).toEqual([
      { type: 'evaluation' },
      { type: 'approval', approvals: 1, when: 'inconclusive' },
    ]);
  });
});
