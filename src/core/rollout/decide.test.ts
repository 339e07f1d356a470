import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { desired } from './desired.ts';
import type { LaneInput } from './inputs.ts';
import { rollbackTarget } from './rollback-target.ts';
import { emptyLane } from './state.ts';
import {
  bothGuards,
  canary,
  digestNumber,
  driveLane,
  evaluationPassed,
  evaluationResult,
  type LaneDriver,
  laneServing,
  look,
  orderNumber,
  plainPolicy,
  planFor,
  reading,
  ready,
} from './testing/lane.ts';

const underWay = (plan = planFor()): LaneDriver => {
  const lane = driveLane(laneServing(1));
  lane.send({ type: 'start', order: orderNumber(2, plan), whenRunning: 'supersede' });
  return lane;
};

/** In the first stage with traffic. */
const inCanary = (plan = planFor()): LaneDriver => {
  const lane = underWay(plan);
  ready(lane, 2);
  look(lane);
  evaluationPassed(lane);
  look(lane);
  return lane;
};

const share = (lane: LaneDriver): number => desired(lane.state()).route.candidate?.share ?? 0;
const last = (lane: LaneDriver) => lane.events.at(-1);

describe('a rollout', () => {
  it('sends nothing to the candidate before its replicas are ready and the evaluation has passed', () => {
    const lane = underWay();
    look(lane);
    expect(desired(lane.state()).route.candidate).toBeNull();
    ready(lane, 2);
    look(lane);
    expect(desired(lane.state()).route.candidate).toBeNull();
    expect(desired(lane.state()).jobs).toMatchObject([
      { work: { type: 'evaluation' }, release: digestNumber(2) },
    ]);
    look(lane, bothGuards('passed'));
    expect(desired(lane.state()).route.candidate).toBeNull();
    evaluationPassed(lane);
    look(lane);
    expect(share(lane)).toBe(0.1);
  });

  it('goes through its stages on evidence and becomes stable after the hold', () => {
    const lane = inCanary();
    lane.wait(5_000);
    look(lane, bothGuards('passed'));
    expect(share(lane)).toBe(0.5);
    lane.wait(5_000);
    look(lane, bothGuards('passed'));
    expect(share(lane)).toBe(0.99);
    expect(lane.state().stable?.release).toBe(digestNumber(1));
    lane.wait(60_000);
    look(lane);
    expect(last(lane)).toMatchObject({ type: 'rollout.ended', outcome: 'completed' });
    expect(lane.state().stable?.release).toBe(digestNumber(2));
    expect(desired(lane.state()).workloads).toEqual([{ release: digestNumber(2), replicas: null }]);
  });

  it('does not advance before the minimum time, nor on the evidence of one guard only', () => {
    const lane = inCanary();
    look(lane, bothGuards('passed'));
    expect(share(lane)).toBe(0.1);
    const other = inCanary();
    other.wait(5_000);
    look(other, [reading('errors', 'passed'), reading('feedback', 'waiting')]);
    expect(share(other)).toBe(0.1);
    look(other, [reading('errors', 'passed')]);
    expect(share(other)).toBe(0.1);
  });

  it('never passes a gate on evidence that was read in an earlier stage', () => {
    const lane = inCanary();
    lane.wait(5_000);
    look(lane, bothGuards('passed'));
    expect(lane.state().rollout?.stage).toBe(2);
    lane.wait(5_000);
    // Sent before the stage was left, arriving after.
    lane.send({ type: 'look', rollout: 'ro_2', stage: 1, readings: bothGuards('passed') });
    expect(share(lane)).toBe(0.5);
    expect(lane.state().rollout?.gates[0]?.outcome).not.toBe('passed');
  });

  it('keeps a gate passed that has passed, and starts anew in the next stage', () => {
    const lane = inCanary();
    look(lane, bothGuards('passed'));
    lane.wait(5_000);
    look(lane, bothGuards('waiting'));
    // Before the shortest time is over nothing passes, for what passes stays so.
    expect(share(lane)).not.toBe(0.5);
    look(lane, bothGuards('passed'));
    expect(share(lane)).toBe(0.5);
    lane.wait(5_000);
    look(lane, bothGuards('waiting'));
    expect(share(lane)).toBe(0.5);
  });

  it('is taken back when a guard breaks, also while it is paused', () => {
    const lane = inCanary();
    lane.send({ type: 'pause', reason: null });
    look(lane, bothGuards('crossed'));
    expect(last(lane)).toMatchObject({
      outcome: 'rolled-back',
      cause: { kind: 'guard', guards: ['errors'] },
    });
    expect(desired(lane.state()).route).toMatchObject({
      stable: { release: digestNumber(1) },
      candidate: null,
    });
    expect(lane.state().condemned).toEqual([digestNumber(2)]);
  });

  it('ends as rejected when the evaluation fails: it never had traffic', () => {
    const lane = underWay();
    ready(lane, 2);
    look(lane);
    evaluationPassed(lane, 'fail');
    look(lane);
    expect(last(lane)).toMatchObject({ outcome: 'rejected', cause: { kind: 'gate' } });
  });

  it('lets the policy say what an inconclusive evaluation means', () => {
    for (const inconclusive of ['pass', 'fail'] as const) {
      const evaluation = { ...plainPolicy.evaluation, inconclusive };
      const lane = underWay(planFor({ policy: { ...plainPolicy, evaluation } }));
      ready(lane, 2);
      look(lane);
      evaluationPassed(lane, 'inconclusive');
      look(lane);
      expect(lane.state().rollout === null).toBe(inconclusive === 'fail');
    }
  });

  it('lets nothing pass by itself that mostly did not answer', () => {
    const evaluation = { ...plainPolicy.evaluation, inconclusive: 'pass' as const };
    for (const [errors, ends] of [
      [1, false],
      [2, true],
    ] as const) {
      const lane = underWay(planFor({ policy: { ...plainPolicy, evaluation } }));
      ready(lane, 2);
      look(lane);
      evaluationPassed(lane, 'inconclusive', { cases: 100, errors });
      look(lane);
      expect(lane.state().rollout === null).toBe(ends);
    }
  });

  it('ignores results of another release, rollout, stage or gate', () => {
    const lane = underWay();
    ready(lane, 2);
    look(lane);
    const good = {
      type: 'gate-outcome',
      rollout: 'ro_2',
      release: digestNumber(2),
      stage: 0,
      gate: 0,
      result: { kind: 'command', exitCode: 0, output: '' },
    } as const;
    const evaluation = { kind: 'evaluation', result: evaluationResult('pass') } as const;
    for (const wrong of [
      good,
      { ...good, result: evaluation, release: digestNumber(3) },
      { ...good, result: evaluation, rollout: 'ro_1' },
      { ...good, result: evaluation, stage: 1 },
      { ...good, result: evaluation, gate: 1 },
    ])
      expect(lane.send(wrong)).toEqual([]);
  });

  it('pauses on a time-out and never advances on time alone', () => {
    const lane = inCanary();
    lane.wait(10_000_000);
    look(lane);
    expect(last(lane)).toMatchObject({ type: 'rollout.paused', cause: { kind: 'timeout' } });
    lane.wait(10_000_000);
    look(lane, bothGuards('passed'));
    expect(share(lane)).toBe(0.1);
    lane.send({ type: 'resume' });
    lane.wait(5_000);
    look(lane, bothGuards('passed'));
    expect(share(lane)).toBe(0.5);
  });

  it('names who moved it on by hand and what was skipped', () => {
    const lane = inCanary();
    lane.send({ type: 'advance', reason: 'known false alarm' });
    expect(last(lane)).toMatchObject({
      type: 'stage.entered',
      stage: 2,
      override: { skipped: ['evidence'], reason: 'known false alarm' },
    });
  });

  it('asks for approvals before users get it, by name of the stage and once a person', () => {
    const lane = underWay(planFor({ policy: { ...plainPolicy, approvals: 2 } }));
    ready(lane, 2);
    look(lane);
    evaluationPassed(lane);
    look(lane);
    expect(lane.refusal({ type: 'approve', stage: '10 %' })).toBe('conflict');
    lane.send({ type: 'approve', stage: 'evaluate' }, 'ann');
    expect(() => lane.send({ type: 'approve', stage: 'evaluate' }, 'ann')).toThrow('already');
    look(lane);
    expect(share(lane)).toBe(0);
    lane.send({ type: 'approve', stage: 'evaluate' }, 'bob');
    look(lane);
    expect(share(lane)).toBe(0.1);
  });

  it('ends when its replicas fail for good', () => {
    const lane = underWay();
    lane.send({
      type: 'workload',
      release: digestNumber(2),
      addresses: [],
      ready: 0,
      wanted: 2,
      failure: 'exit code 1',
    });
    look(lane);
    expect(last(lane)).toMatchObject({
      outcome: 'rejected',
      cause: { kind: 'workload', detail: 'exit code 1' },
    });
  });

  it('is rolled back when a gateway has tripped', () => {
    const lane = inCanary();
    lane.send({ type: 'tripped', rollout: 'ro_2', gateway: 'g', cause: 'unreachable', detail: 'refused' });
    expect(last(lane)).toMatchObject({ outcome: 'rolled-back', cause: { kind: 'trip-wire' } });
    expect(
      lane.send({ type: 'tripped', rollout: 'ro_2', gateway: 'h', cause: 'unreachable', detail: '' }),
    ).toEqual([]);
  });

  it('reports a command whose outcome was lost as unknown and asks a person', () => {
    const strategy = {
      type: 'blue-green',
      smoke: { command: './smoke.sh', timeoutMs: 1000 },
      minimumMs: null,
      timeoutMs: null,
      holdMs: null,
      holdbackShare: null,
    } as const;
    const lane = underWay(planFor({ strategy }));
    ready(lane, 2);
    look(lane);
    evaluationPassed(lane);
    look(lane);
    lane.send({ type: 'gate-opening', rollout: 'ro_2', stage: 1, gate: 0 });
    expect(desired(lane.state()).jobs).toMatchObject([{ opened: true }]);
    const about = { rollout: 'ro_2', release: digestNumber(2), stage: 1, gate: 0 };
    lane.send({ type: 'gate-outcome', ...about, result: { kind: 'lost', detail: 'restart' } });
    look(lane);
    expect(last(lane)).toMatchObject({ type: 'rollout.paused', cause: { kind: 'gate-unknown' } });
    lane.send({ type: 'resume' });
    expect(desired(lane.state()).jobs).toMatchObject([{ opened: false }]);
  });
});

describe('a second release while one is on its way', () => {
  const second = orderNumber(3, planFor());

  it('takes its place, waits, or is refused, as the policy says', () => {
    const superseding = inCanary();
    superseding.send({ type: 'start', order: second, whenRunning: 'supersede' });
    expect(superseding.events.slice(-2)).toMatchObject([
      { outcome: 'superseded' },
      { type: 'rollout.started' },
    ]);
    const queueing = inCanary();
    queueing.send({ type: 'start', order: second, whenRunning: 'queue' });
    expect(queueing.state().rollout?.order.rollout).toBe('ro_2');
    queueing.send({ type: 'abort', reason: null });
    expect(queueing.state().rollout?.order.rollout).toBe('ro_3');
    expect(inCanary().refusal({ type: 'start', order: second, whenRunning: 'refuse' })).toBe(
      'rollout-running',
    );
  });

  it('is the same rollout when the call is repeated', () => {
    const lane = inCanary();
    const { order } = lane.state().rollout!;
    expect(lane.send({ type: 'start', order, whenRunning: 'supersede' })).toEqual([]);
  });

  it('never lets going back wait', () => {
    const lane = inCanary();
    lane.send({
      type: 'start',
      order: orderNumber(4, planFor(), { kind: 'rollback' }),
      whenRunning: 'refuse',
    });
    expect(lane.state().rollout?.order.rollout).toBe('ro_4');
  });
});

describe('whatever happens', () => {
  const inputs = fc.oneof(
    fc.constantFrom<Record<string, unknown>>(
      { type: 'pause', reason: null },
      { type: 'resume' },
      { type: 'advance', reason: null },
      { type: 'rollback', reason: null },
      { type: 'abort', reason: null },
      { type: 'approve', stage: 'evaluate' },
      { type: 'look', rollout: 'ro_2', stage: 0, readings: bothGuards('passed') },
      { type: 'look', rollout: 'ro_2', stage: 1, readings: bothGuards('passed') },
      { type: 'look', rollout: 'ro_2', stage: 2, readings: bothGuards('waiting') },
      { type: 'look', rollout: 'ro_2', stage: 1, readings: [] },
      { type: 'look', rollout: 'ro_3', stage: 1, readings: bothGuards('passed') },
      { type: 'start', order: orderNumber(2, planFor()), whenRunning: 'supersede' },
      { type: 'start', order: orderNumber(3, planFor({ strategy: canary([1], 1) })), whenRunning: 'queue' },
      { type: 'tripped', rollout: 'ro_2', gateway: 'g', cause: 'evidence', detail: '' },
    ),
    fc
      .record({ number: fc.constantFrom(1, 2, 3), ready: fc.constantFrom(0, 1, 2) })
      .map(({ number, ready: count }) => ({
        type: 'workload',
        release: digestNumber(number),
        addresses: [],
        ready: count,
        wanted: 2,
        failure: null,
      })),
    fc.record({ rollout: fc.constantFrom('ro_2', 'ro_3'), stage: fc.nat(2) }).map(({ rollout, stage }) => ({
      type: 'gate-outcome',
      rollout,
      release: digestNumber(rollout === 'ro_2' ? 2 : 3),
      stage,
      gate: 0,
      result: { kind: 'evaluation', result: evaluationResult('pass') },
    })),
  );

  it('abort always wins, exposure follows only passed gates or a named override, and condemned releases stay out', () => {
    fc.assert(
      fc.property(
        fc.array(inputs, { maxLength: 40 }),
        fc.array(fc.nat(20_000), { maxLength: 40 }),
        (script, waits) => {
          const lane = driveLane(laneServing(1));
          script.forEach((input, index) => {
            lane.wait(waits[index] ?? 1_000);
            const decision = decide(lane.state(), { ...input, atMs: 0, actor: 'x' } as LaneInput);
            if (decision.ok) lane.send(input as Parameters<LaneDriver['send']>[0]);
            const { rollout, stable } = lane.state();
            if (rollout !== null && share(lane) > 0) {
              const preparation = rollout.passed.find(({ stage }) => stage === 0);
              const overridden = lane.events.some(
                (event) =>
                  event.type === 'stage.entered' &&
                  event.rollout === rollout.order.rollout &&
                  event.override !== null,
              );
              expect(preparation?.gates[0]?.outcome === 'passed' || overridden).toBe(true);
            }
            if (rollout !== null)
              expect(decide(lane.state(), { type: 'abort', reason: null, atMs: 0, actor: 'x' }).ok).toBe(
                true,
              );
            const target = rollbackTarget(lane.state());
            if (target !== null) expect(lane.state().condemned).not.toContain(target.release);
            expect(stable).not.toBeNull();
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('a command without a rollout is refused, an observation changes nothing', () => {
    for (const type of ['pause', 'abort', 'advance', 'resume'] as const)
      expect(decide(emptyLane, { type, reason: null, atMs: 0, actor: 'x' })).toMatchObject({ ok: false });
    expect(
      decide(emptyLane, { type: 'look', rollout: 'ro_9', stage: 0, readings: [], atMs: 0, actor: 'x' }),
    ).toEqual({
      ok: true,
      events: [],
    });
  });
});

describe('what waits behind a rollout', () => {
  const queued = (lane: LaneDriver, number: number, id = number): void => {
    const order = orderNumber(number, planFor(), { rollout: `ro_q${id}` });
    lane.send({ type: 'start', order, whenRunning: 'queue' });
  };

  it('cannot wait behind the first release, for its plan would have nothing to compare with', () => {
    const lane = driveLane();
    lane.send({
      type: 'start',
      order: orderNumber(1, planFor({ firstRelease: true })),
      whenRunning: 'queue',
    });
    expect(
      lane.refusal({
        type: 'start',
        order: orderNumber(2, planFor({ firstRelease: true })),
        whenRunning: 'queue',
      }),
    ).toBe('rollout-running');
  });

  it('is passed over when it was taken back meanwhile, or serves already', () => {
    const lane = inCanary();
    queued(lane, 3, 1);
    queued(lane, 3, 2);
    lane.send({ type: 'abort', reason: null });
    expect(lane.state().rollout?.order.rollout).toBe('ro_q1');
    lane.send({ type: 'abort', reason: null });
    expect(lane.state().rollout).toBeNull();
    look(lane);
    expect(lane.state().rollout).toBeNull();
  });

  it('is dropped when somebody goes back', () => {
    const lane = inCanary();
    queued(lane, 3);
    lane.send({
      type: 'start',
      order: orderNumber(4, planFor(), { kind: 'rollback' }),
      whenRunning: 'queue',
    });
    expect(lane.state().queue).toEqual([]);
  });
});

describe('after a failure', () => {
  it('a release that could not run is given a new chance when it is shipped again', () => {
    const lane = underWay();
    const failure = 'The disk was full.';
    lane.send({ type: 'workload', release: digestNumber(2), addresses: [], ready: 0, wanted: 2, failure });
    look(lane);
    expect(lane.state().rollout).toBeNull();
    lane.send({
      type: 'start',
      order: orderNumber(2, planFor(), { rollout: 'ro_again' }),
      whenRunning: 'refuse',
    });
    look(lane);
    expect(lane.state().rollout?.order.rollout).toBe('ro_again');
  });

  it('a person who ends the last stage by hand is named with what was skipped', () => {
    const lane = inCanary();
    for (let count = 0; count < 3; count += 1) lane.send({ type: 'advance', reason: 'in a hurry' });
    expect(last(lane)).toMatchObject({
      outcome: 'completed',
      cause: { kind: 'override', skipped: ['soak'], reason: 'in a hurry' },
    });
  });
});
