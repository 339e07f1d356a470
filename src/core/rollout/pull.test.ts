import { describe, expect, it } from 'vitest';
import type { AssignmentReading, GuardReading } from '../evidence/guard-reading.ts';
import { desired } from './desired.ts';
import type { PlanRequest } from './strategy.ts';
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

const inCanary = (traffic?: PlanRequest['traffic']): LaneDriver => {
  const lane = driveLane(laneServing(1));
  const plan = planFor({ ...(traffic && { traffic }), strategy: canary([0.1, 1]) });
  lane.send({ type: 'start', order: orderNumber(2, plan), whenRunning: 'supersede' });
  ready(lane, 2);
  look(lane);
  evaluationPassed(lane);
  look(lane);
  return lane;
};

const warned = (crossed: boolean, cleared: boolean, guard = 'errors'): GuardReading => ({
  ...reading(guard, 'waiting'),
  pull: { rule: 'compare', logE: crossed ? 9 : 0, logThreshold: 8, crossed, cleared },
});

const exposure = (lane: LaneDriver) => {
  const { candidate } = desired(lane.state()).route;
  return candidate === null ? null : { share: candidate.share, mirrorShare: candidate.mirrorShare };
};

const sticky = { sticky: {} };

describe('a warning from the requests of sticky users', () => {
  it('takes the candidate off its users and shows it copies of every request', () => {
    const lane = inCanary(sticky);
    expect(lane.state().rollout?.order.plan.unit).toBe('key');
    expect(exposure(lane)).toEqual({ share: 0.1, mirrorShare: 0 });
    look(lane, [warned(true, false)]);
    expect(lane.events.at(-1)).toMatchObject({ type: 'candidate.pulled', stage: 1, guards: ['errors'] });
    expect(exposure(lane)).toEqual({ share: 0, mirrorShare: 1 });
  });

  it('is not repeated while the copies are looked at, and ends when they clear it', () => {
    const lane = inCanary(sticky);
    look(lane, [warned(true, false)]);
    expect(look(lane, [warned(true, false)])).toEqual([]);
    look(lane, [warned(true, true)]);
    expect(lane.events.at(-1)).toMatchObject({ type: 'candidate.restored', stage: 1 });
    expect(exposure(lane)).toEqual({ share: 0.1, mirrorShare: 0 });
    look(lane, [warned(true, false)]);
    expect(lane.state().rollout?.pulled?.episode).toBe(2);
  });

  it('is believed three times', () => {
    const lane = inCanary(sticky);
    for (let time = 0; time < 3; time++) {
      look(lane, [warned(true, false)]);
      expect(exposure(lane)?.share).toBe(0);
      look(lane, [warned(true, true)]);
    }
    expect(look(lane, [warned(true, false)])).toEqual([]);
    expect(exposure(lane)?.share).toBe(0.1);
  });

  it('must be cleared for every guard that gave it', () => {
    const lane = inCanary(sticky);
    look(lane, [warned(true, false), warned(true, false, 'slow')]);
    expect(look(lane, [warned(true, true), warned(true, false, 'slow')])).toEqual([]);
    look(lane, [warned(true, true), warned(true, true, 'slow')]);
    expect(lane.state().rollout?.pulled).toBeNull();
  });

  it('is not heard from a guard that copies can show nothing of', () => {
    const lane = inCanary(sticky);
    expect(look(lane, [warned(true, false, 'feedback')])).toEqual([]);
  });

  it('asks a person after a while also where the stage has no time-out', () => {
    const lane = inCanary(sticky);
    lane.send({ type: 'advance', reason: 'to the hold' });
    look(lane, [warned(true, false)]);
    expect(exposure(lane)).toEqual({ share: 0, mirrorShare: 1 });
    lane.wait(plainPolicy.hold.durationMs);
    expect(look(lane, []).map(({ type }) => type)).toEqual(['gate.decided']);
    expect(lane.state().rollout?.stage).toBe(2);
    lane.wait(10 * 60_000);
    look(lane, []);
    expect(lane.events.at(-1)).toMatchObject({ type: 'rollout.paused', cause: { kind: 'timeout' } });
  });

  it('holds the stage whatever else has passed, and pauses at its time-out', () => {
    const lane = inCanary(sticky);
    look(lane, [warned(true, false)]);
    const passed = [
      { ...reading('errors', 'passed'), pull: warned(true, false).pull! },
      reading('feedback', 'passed'),
    ];
    lane.wait(60_000);
    look(lane, passed);
    expect(lane.state().rollout?.stage).toBe(1);
    lane.wait(plainPolicy.timeoutMs);
    look(lane, passed);
    expect(lane.events.at(-1)).toMatchObject({ type: 'rollout.paused', cause: { kind: 'timeout' } });
    expect(exposure(lane)?.share).toBe(0);
  });

  it('gives way to a guard that demands a rollback, and to a person', () => {
    const lane = inCanary(sticky);
    look(lane, [warned(true, false)]);
    look(lane, [{ ...reading('errors', 'crossed'), pull: warned(true, false).pull! }]);
    expect(lane.events.at(-1)).toMatchObject({ type: 'rollout.ended', outcome: 'rolled-back' });

    const other = inCanary(sticky);
    look(other, [warned(true, false)]);
    other.send({ type: 'advance', reason: 'we know' });
    expect(other.state().rollout?.pulled).toBeNull();
    expect(exposure(other)?.share).toBeGreaterThan(0.9);
  });
});

describe('a split that is not what the coin gives', () => {
  const assignment: AssignmentReading = {
    unit: 'request',
    stable: 900,
    candidate: 300,
    expectedShare: 0.1,
    logE: 12,
    logThreshold: 7.6,
    crossed: true,
  };
  const lookAt = (lane: LaneDriver) =>
    lane.send({
      type: 'look',
      rollout: 'ro_2',
      stage: 1,
      readings: [reading('errors', 'passed'), reading('feedback', 'passed')],
      assignment,
    });

  it('pauses the rollout, once', () => {
    const lane = inCanary();
    expect(lookAt(lane)).toMatchObject([{ type: 'rollout.paused', cause: { kind: 'sample-ratio' } }]);
    expect(lookAt(lane)).toEqual([]);
  });

  it('is accepted by whoever resumes', () => {
    const lane = inCanary();
    lookAt(lane);
    lane.send({ type: 'resume' });
    lane.wait(60_000);
    expect(lookAt(lane).map(({ type }) => type)).toEqual(['gate.decided', 'stage.entered']);
  });
});
