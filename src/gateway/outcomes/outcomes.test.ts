import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  absorb,
  type CohortUpdate,
  type Outcomes as OutcomeCounts,
  openEvidence,
  readGuards,
} from '../../core/evidence/index.ts';
import { candidateAt } from '../testing/table.ts';
import { openTraffic } from '../traffic.ts';
import { isSettled, updateOf } from './cohort.ts';
import { openCohorts } from './cohorts.ts';
import type { GatewayGuard } from './gateway-guards.ts';
import { type Outcome, openOutcomes } from './outcomes.ts';

const GUARDS = ['errors', 'client-errors', 'slow', 'feedback', 'invalid', 'judge', 'cost', 'score'];
const route = candidateAt([], {
  readings: {
    guards: GUARDS.map((name) => ({ name, marginShare: 0.02 })),
    slowMs: 400,
    feedbackWithinMs: 3_000,
    unit: 'key',
    cost: { pointer: '/usage', most: 10 },
    score: { most: 5 },
  },
});

const open = (onBad: (outcome: Outcome, guard: GatewayGuard, isFirst: boolean) => void = () => {}) => {
  const cohorts = openCohorts({ sliceMs: 250, retainedAtMost: 100, onGivenUp() {} });
  const outcomes = openOutcomes({ cohorts, followedAtMost: 50, onBad });
  const cohort = cohorts.at('spam', route, 0.5, 0);
  const update = (): CohortUpdate => updateOf(cohort, 'boot');
  return { cohorts, outcomes, cohort, update };
};
const of = (update: CohortUpdate, guard: string): OutcomeCounts => update.guards[guard]!.candidate;

describe('outcomes', () => {
  it('count a request in every guard that it was begun in, and for its key when it is the first', () => {
    const { outcomes, cohort, update } = open();
    const first = outcomes.start(cohort, 'candidate', 0, true);
    const second = outcomes.start(cohort, 'candidate', 0);
    for (const outcome of [first, second]) {
      outcomes.settle(outcome, 'errors', outcome === first);
      outcomes.end(outcome, 10);
    }
    const { guards, keys } = update();
    expect(guards.errors!.candidate).toMatchObject({ started: 2, bad: 1, good: 1 });
    expect(keys!.errors!.candidate).toMatchObject({ started: 1, bad: 1, good: 0 });
    expect(keys!['client-errors']!.candidate).toMatchObject({ started: 1, bad: 0, good: 1 });
    expect(keys!.errors!.stable.started).toBe(0);
    expect(guards.invalid!.candidate.started).toBe(0);
  });

  it('count requests that are not followed because too many are', () => {
    const { outcomes, cohort } = open();
    const counts = openTraffic().of('spam', 'stable', { release: 'sha256:a', releaseVersion: '1.0.0' });
    for (let n = 0; n < 60; n += 1) {
      const outcome = outcomes.start(cohort, 'stable', 0);
      outcome.answeredBy = counts;
      outcomes.follow(outcome, `invocation ${n}`);
    }
    expect([outcomes.followed(), counts.unfollowed]).toEqual([50, 10]);
  });

  it('say what stood at the age of one second, and what became of it later', () => {
    const { outcomes, cohort, update } = open();
    const quick = outcomes.start(cohort, 'candidate', 0);
    const late = outcomes.start(cohort, 'candidate', 0);
    const never = outcomes.start(cohort, 'candidate', 0);
    outcomes.settle(quick, 'errors', true);
    expect(of(update(), 'errors').early).toEqual({ bad: 1, good: 0 });
    outcomes.expire(999);
    expect(of(update(), 'errors').early).toEqual({ bad: 1, good: 0 });
    outcomes.expire(1_000);
    expect(of(update(), 'errors').early).toEqual({ bad: 1, good: 2 });
    outcomes.settle(late, 'errors', true);
    expect(of(update(), 'errors')).toEqual({ started: 3, bad: 2, good: 0, early: { bad: 1, good: 2 } });
    outcomes.settle(never, 'errors', false);
    expect(of(update(), 'errors')).toEqual({ started: 3, bad: 2, good: 1, early: { bad: 1, good: 2 } });
    expect(of(update(), 'slow').early).toBeUndefined();
  });

  it('begin a check for sampled requests only, and settle it when the checker has answered', () => {
    const { cohorts, outcomes, cohort, update } = open();
    const sampled = outcomes.start(cohort, 'stable', 0, true);
    const other = outcomes.start(cohort, 'stable', 0);
    expect(outcomes.expectCheck(sampled, 'invalid')).toBe(true);
    expect(outcomes.expectCheck(sampled, 'invalid')).toBe(false);
    expect(outcomes.expectCheck(outcomes.prepareShadow(cohort), 'invalid')).toBe(false);
    outcomes.settle(other, 'invalid', true);
    expect(update().guards.invalid!.stable).toMatchObject({ started: 1, bad: 0, good: 0 });
    for (const outcome of [sampled, other]) {
      outcomes.settle(outcome, 'errors', false);
      outcomes.end(outcome, 5);
      outcomes.measure(outcome, 'cost', 0.5, 0);
    }
    cohorts.closeAll();
    expect(isSettled(cohort)).toBe(false);
    outcomes.settle(sampled, 'invalid', true);
    expect(update()).toMatchObject({
      settled: true,
      guards: { invalid: { stable: { started: 1, bad: 1 } } },
    });
    expect(update().keys!.invalid!.stable).toMatchObject({ started: 1, bad: 1 });
  });

  it('leave a check without an answer pending for ever, and do not wait for it', () => {
    const { cohorts, outcomes, cohort, update } = open();
    const outcome = outcomes.start(cohort, 'candidate', 0, true);
    outcomes.expectCheck(outcome, 'judge');
    outcomes.expectCheck(outcome, 'invalid');
    outcomes.settle(outcome, 'errors', false);
    outcomes.end(outcome, 5);
    outcomes.abandon(outcome, 'judge');
    outcomes.abandon(outcome, 'invalid');
    outcomes.measure(outcome, 'cost', Number.NaN, 0.3);
    outcomes.settle(outcome, 'judge', true);
    cohorts.closeAll();
    const { settled, guards, means } = update();
    expect(settled).toBe(true);
    expect(guards.judge!.candidate).toEqual({ started: 1, bad: 0, good: 0 });
    expect(guards.invalid!.candidate).toEqual({ started: 1, bad: 0, good: 0, early: { bad: 0, good: 1 } });
    expect(means!.cost!.candidate).toEqual({ started: 1, levels: new Array(17).fill(0) });
  });

  it('find nothing invalid and nothing dear where there was no answer', () => {
    const { outcomes, cohort, update } = open();
    const outcome = outcomes.start(cohort, 'candidate', 0, true);
    outcomes.expectCheck(outcome, 'invalid');
    outcomes.settle(outcome, 'errors', true);
    outcomes.noAnswer(outcome);
    expect(update().guards.invalid!.candidate).toMatchObject({ started: 1, bad: 0, good: 1 });
    expect(update().means!.cost!.candidate.levels[0]).toBe(1);
  });

  it('round values so that their mean stays', () => {
    const { outcomes, cohort, update } = open();
    const chances = 1_000;
    for (let n = 0; n < chances; n += 1)
      outcomes.measure(outcomes.start(cohort, 'candidate', 0, true), 'cost', 0.37, n / chances);
    for (const [value, chance] of [
      [0, 0.999],
      [1, 0.999],
      [7, 0.5],
    ] as const)
      outcomes.measure(outcomes.start(cohort, 'stable', 0, true), 'cost', value, chance);
    outcomes.measure(outcomes.start(cohort, 'stable', 0, true), 'cost', -0.1, 0);
    const { candidate, stable } = update().means!.cost!;
    const sum = candidate.levels.reduce((total, count, level) => total + (count * level) / 16, 0);
    expect(sum / chances).toBeCloseTo(0.37, 3);
    expect([stable.started, stable.levels[0], stable.levels[16]]).toEqual([4, 1, 2]);
    expect(stable.levels.reduce((total, count) => total + count, 0)).toBe(3);
  });

  it('tell the scores of a cohort together, once no more can come', () => {
    const { cohorts, outcomes, cohort, update } = open();
    const scored = outcomes.start(cohort, 'candidate', 0, true);
    const silent = outcomes.start(cohort, 'candidate', 0, true);
    outcomes.follow(scored, 'a');
    outcomes.follow(silent, 'b');
    outcomes.measure(outcomes.takeFollowed('a')!, 'score', 0.25, 0);
    cohorts.closeAll();
    expect(update().means!.score).toBeUndefined();
    outcomes.expire(3_000);
    expect(update().means!.score!.candidate.started).toBe(1);
    expect(update().means!.score!.candidate.levels[4]).toBe(1);
  });

  it('measure one value of each key, where keys are what the coin decides about', () => {
    const { outcomes, cohort, update } = open();
    for (const [isFirst, value] of [
      [true, 0.25],
      [false, 1],
    ] as const) {
      const outcome = outcomes.start(cohort, 'candidate', 0, isFirst);
      outcomes.measure(outcome, 'cost', value, 0);
    }
    const { candidate } = update().means!.cost!;
    expect([candidate.started, candidate.levels[4], candidate.levels[16]]).toEqual([1, 1, 0]);
  });

  it('pair client errors as well, and say once that a request is bad', () => {
    const bad: string[] = [];
    const { outcomes, cohort, update } = open((_, guard, isFirst) => bad.push(`${guard} ${isFirst}`));
    const stable = outcomes.start(cohort, 'stable', 0);
    const shadow = outcomes.prepareShadow(cohort);
    outcomes.pairUp(stable, shadow);
    outcomes.startShadow(shadow, 0);
    outcomes.settle(stable, 'client-errors', false);
    outcomes.settle(shadow, 'client-errors', true);
    outcomes.settle(shadow, 'slow', true);
    expect(update().pairs!['client-errors']).toEqual({
      started: 1,
      both: 0,
      stableOnly: 0,
      candidateOnly: 1,
      neither: 0,
    });
    outcomes.unpair(stable.pair!);
    expect(update().pairs!.slow).toMatchObject({ started: 1, neither: 1 });
    expect(update().guards.errors!.candidate.started).toBe(0);
    expect(bad).toEqual(['client-errors true', 'slow false']);
  });

  it('only ever grow, never end more than was started, and are always taken as evidence', () => {
    const numbersIn = (value: unknown, path = ''): [string, number][] =>
      typeof value === 'number'
        ? [[path, value]]
        : typeof value === 'object' && value !== null
          ? Object.entries(value).flatMap(([key, inner]) => numbersIn(inner, `${path}/${key}`))
          : [];
    const countsOf = ({ guards, keys, means, pairs }: CohortUpdate) =>
      numbersIn({ guards, keys, means, pairs });
    const requirePossible = ({ guards, keys, means, pairs }: CohortUpdate): void => {
      for (const tracks of [...Object.values(guards), ...Object.values(keys!)]) {
        for (const { started, bad, good, early } of [tracks.stable, tracks.candidate]) {
          expect(bad + good).toBeLessThanOrEqual(started);
          expect((early?.bad ?? 0) + (early?.good ?? 0)).toBeLessThanOrEqual(started);
          if (early !== undefined) {
            expect(early.bad).toBeLessThanOrEqual(bad);
            expect(early.bad + early.good).toBeGreaterThanOrEqual(bad + good);
          }
        }
      }
      for (const tracks of Object.values(means ?? {}))
        for (const { started, levels } of [tracks.stable, tracks.candidate])
          expect(levels.reduce((a, b) => a + b)).toBeLessThanOrEqual(started);
      for (const { started, both, stableOnly, candidateOnly, neither } of Object.values(pairs ?? {}))
        expect(both + stableOnly + candidateOnly + neither).toBeLessThanOrEqual(started!);
      for (const guard of GUARDS)
        for (const track of ['stable', 'candidate'] as const)
          expect(keys![guard]?.[track].started ?? 0).toBeLessThanOrEqual(guards[guard]?.[track].started ?? 0);
    };
    const step = fc.record({
      act: fc.nat(11),
      who: fc.nat(30),
      guard: fc.constantFrom('errors', 'client-errors', 'slow', 'feedback', 'invalid', 'judge' as const),
      isBad: fc.boolean(),
      value: fc.double({ min: -0.5, max: 2 }),
      afterMs: fc.nat(700),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const { cohorts, outcomes, cohort, update } = open();
        const all: Outcome[] = [];
        const evidence = openEvidence({
          guards: GUARDS.map((name) => ({
            name,
            marginShare: 0.02,
            kind: name === 'cost' || name === 'score' ? 'mean' : 'share',
          })),
          alphaRollback: 0.001,
          alphaAdvance: 0.05,
          unit: 'key',
        });
        let nowMs = 0;
        let before = new Map(countsOf(update()));
        for (const { act, who, guard, isBad, value, afterMs } of steps) {
          nowMs += afterMs;
          const one = all[who % Math.max(all.length, 1)];
          if (act <= 2 || one === undefined)
            all.push(outcomes.start(cohort, isBad ? 'candidate' : 'stable', nowMs, who % 2 === 0));
          else if (act === 3) outcomes.expectCheck(one, isBad ? 'invalid' : 'judge');
          else if (act <= 5) outcomes.settle(one, guard as GatewayGuard, isBad);
          else if (act === 6) outcomes.end(one, nowMs);
          else if (act === 7) outcomes.abandon(one, isBad ? 'judge' : 'cost');
          else if (act === 8) outcomes.measure(one, isBad ? 'cost' : 'score', value, 0.5);
          else if (act === 9) outcomes.noAnswer(one);
          else if (act === 10 && one.invocation === null) outcomes.follow(one, `${all.indexOf(one)}`);
          else if (act === 11 && one.track === 'stable' && one.pair === null && one.open === one.begun) {
            const shadow = outcomes.prepareShadow(cohort);
            outcomes.pairUp(one, shadow);
            outcomes.startShadow(shadow, nowMs);
            all.push(shadow);
          }
          outcomes.expire(nowMs);
          const now = new Map(countsOf(update()));
          requirePossible(update());
          absorb(evidence, update());
          for (const [path, value] of before) expect(now.get(path)).toBeGreaterThanOrEqual(value);
          before = now;
        }
        for (const one of all) {
          for (const name of ['errors', 'client-errors', 'slow', 'invalid', 'judge'] as const)
            outcomes.settle(one, name, false);
          outcomes.abandon(one, 'cost');
        }
        outcomes.expire(nowMs + 10_000);
        cohorts.closeAll();
        expect([cohort.open, cohort.openErrors, cohort.openScores, outcomes.followed()]).toEqual([
          0, 0, 0, 0,
        ]);
        expect(isSettled(cohort)).toBe(true);
        absorb(evidence, update());
        expect(readGuards(evidence, 0)).toHaveLength(GUARDS.length);
        const { errors } = update().guards;
        const { started, early } = errors!.candidate;
        expect(early!.bad + early!.good).toBe(started);
      }),
      { numRuns: 200 },
    );
  });
});
