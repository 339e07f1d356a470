import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AnswerRecord } from '../run/run-record.ts';
import { seededRandom } from '../seeded-random.ts';
import { doesPass, repeatCounts } from './repeat-counts.ts';
import type { RepeatPlan } from './repeat-plan.ts';
import { goesOn, needsRepeat } from './repeat-plan.ts';
import { mostFlipsShare, steadinessOf } from './steadiness.ts';
import type { RepeatedCase } from './summarise-repeats.ts';
import { summariseRepeats } from './summarise-repeats.ts';
import { casePowers, unbiasedPowers } from './unbiased-powers.ts';

interface Row {
  readonly n: number;
  readonly passed: number;
  readonly k: number;
  readonly anyPasses: number;
  readonly allPass: number;
}

const golden = JSON.parse(readFileSync(new URL('repeats.golden.json', import.meta.url), 'utf8')) as {
  fixed: Row[];
};

const plan = (least: number, most = least): RepeatPlan => ({ least, most });

describe('asking again', () => {
  it('goes on up to the least, then only where answers disagree, and never beyond the most', () => {
    const asks = (passed: number, failed: number, errors = 0) =>
      needsRepeat(plan(3, 6), passed + failed + errors, { passed, failed, errors });
    expect([asks(0, 0), asks(2, 0), asks(3, 0), asks(0, 3)]).toEqual([true, true, false, false]);
    expect([asks(2, 1), asks(1, 4), asks(1, 5)]).toEqual([true, true, false]);
    // One in error is in error, however often it is asked.
    expect([asks(1, 0, 1), asks(2, 1, 1)]).toEqual([true, false]);
  });
});

describe('pass@k and pass^k of a case', () => {
  it('agree with Chen et al. and with counting, where every case is asked equally often', () => {
    for (const { n, passed, k, anyPasses, allPass } of golden.fixed) {
      const found = unbiasedPowers(plan(n), passed, n - passed, k)!;
      expect(found.anyPasses).toBeCloseTo(anyPasses, 12);
      expect(found.allPass).toBeCloseTo(allPass, 12);
    }
  });

  it('are right on average under a plan that asks more where answers vary, at every true share', () => {
    for (const [least, most] of [
      [2, 5],
      [3, 9],
      [4, 20],
    ] as const) {
      for (const p of [0.03, 0.4, 0.5, 0.83, 0.99]) {
        const ends = endsOf(plan(least, most), p);
        expect(ends.reduce((sum, { mass }) => sum + mass, 0)).toBeCloseTo(1, 12);
        for (let k = 1; k <= least; k += 1) {
          const mean = (of: 'allPass' | 'anyPasses') =>
            ends.reduce(
              (sum, { mass, passed, failed }) =>
                sum + mass * unbiasedPowers(plan(least, most), passed, failed, k)![of],
              0,
            );
          expect(mean('allPass')).toBeCloseTo(p ** k, 10);
          expect(mean('anyPasses')).toBeCloseTo(1 - (1 - p) ** k, 10);
        }
      }
    }
  });

  it('as the plain share of passes they would not be', () => {
    const naive = endsOf(plan(3, 9), 0.8).reduce(
      (sum, { mass, passed, failed }) => sum + (mass * passed) / (passed + failed),
      0,
    );
    expect(naive - 0.8).toBeGreaterThan(0.02);
  });

  it('cannot be had for more answers than every case was asked for', () => {
    expect(unbiasedPowers(plan(3, 9), 5, 4, 4)).toBeNull();
    expect(unbiasedPowers(plan(3), 1, 0, 2)).toBeNull();
  });
});

/** Every pair of counts at which a plan ends, and how likely. */
const endsOf = (of: RepeatPlan, p: number) => {
  const ends: { passed: number; failed: number; mass: number }[] = [];
  let alive = new Map([['0/0', { passed: 0, failed: 0, mass: 1 }]]);
  while (alive.size > 0) {
    const next: typeof alive = new Map();
    const go = (passed: number, failed: number, mass: number) => {
      const known = next.get(`${passed}/${failed}`);
      next.set(`${passed}/${failed}`, { passed, failed, mass: mass + (known?.mass ?? 0) });
    };
    for (const end of alive.values()) {
      const { passed, failed, mass } = end;
      if (!goesOn(of, passed, failed)) {
        ends.push(end);
        continue;
      }
      go(passed + 1, failed, mass * p);
      go(passed, failed + 1, mass * (1 - p));
    }
    alive = next;
  }
  return ends;
};

describe('classes', () => {
  it('call flaky what was seen to go both ways, and nothing stable that was asked once', () => {
    const of = (passed: number, failed: number) => steadinessOf({ passed, failed, errors: 0 });
    expect([of(1, 0), of(3, 0), of(0, 2), of(8, 1)]).toEqual([
      'unknown',
      'stable-pass',
      'stable-fail',
      'flaky',
    ]);
  });

  it('say how much may have been missed', () => {
    expect(mostFlipsShare(3, 0.95)).toBeCloseTo(0.6316, 4);
    expect(mostFlipsShare(10, 0.95)).toBeCloseTo(0.2589, 4);
    expect(mostFlipsShare(0, 0.95)).toBe(1);
  });
});

describe('whether an answer passes', () => {
  const by = [
    { name: 'exact', better: 'higher' },
    { name: 'brier', better: 'lower' },
  ] as const;

  it('is said by every score that it has', () => {
    expect(doesPass({ exact: 0.5, brier: 0.4 }, by)).toBe(true);
    expect(doesPass({ exact: 0.4, brier: 0.4 }, by)).toBe(false);
    expect(doesPass({ exact: 1, brier: 0.5 }, by)).toBe(false);
    expect(doesPass({ exact: 1, brier: null, other: 0 }, by)).toBe(true);
    expect(doesPass({ other: 1 }, by)).toBeNull();
    expect(doesPass({ exact: 1 }, [])).toBeNull();
  });

  it('is counted over repeats, errors apart', () => {
    const answer = (exact: number | null): AnswerRecord => ({
      kind: 'answer',
      output: '',
      latencyMs: 1,
      firstTokenMs: null,
      tokens: null,
      usd: null,
      isCached: false,
      scores: { exact },
      reasons: {},
    });
    const error: AnswerRecord = { kind: 'error', reason: 'timeout', detail: '', latencyMs: 1 };
    expect(repeatCounts([answer(1), answer(0), answer(1), error, answer(null)], by)).toEqual({
      passed: 2,
      failed: 1,
      errors: 1,
    });
  });
});

it('a case of which there are fewer repeats than the plan asks for is held to a plan that ends there', () => {
  // An earlier run asked three times, this one would go on to nine.
  expect(casePowers(plan(3, 9), { passed: 2, failed: 1, errors: 0 }, 2)).toEqual(
    unbiasedPowers(plan(3, 3), 2, 1, 2),
  );
  expect(casePowers(plan(3, 9), { passed: 1, failed: 1, errors: 0 }, 2)).toEqual({
    allPass: 0,
    anyPasses: 1,
  });
  expect(casePowers(plan(3, 9), { passed: 1, failed: 1, errors: 0 }, 3)).toBeNull();
  expect(casePowers(plan(3, 9), { passed: 5, failed: 4, errors: 1 }, 2)).toBeNull();
});

describe('all cases together', () => {
  /** Half of the cases nearly always pass, a quarter vary, a quarter fail. */
  const shares = Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? 0.6 : i % 4 === 1 ? 0.02 : 0.99));
  const truth = (of: (p: number) => number) => shares.reduce((sum, p) => sum + of(p), 0) / shares.length;
  const run = (of: RepeatPlan, random: () => number): RepeatedCase[] =>
    shares.map((p) => {
      let passed = 0;
      let failed = 0;
      while (goesOn(of, passed, failed)) {
        if (random() < p) passed += 1;
        else failed += 1;
      }
      return { passed, failed, errors: 0, weight: 1 };
    });

  it('have intervals that hold the truth', () => {
    const used = plan(3, 8);
    const random = seededRandom(4, 'repeats');
    let missed = 0;
    for (let i = 0; i < 100; i += 1) {
      const { disagreement } = summariseRepeats(run(used, random), used, { confidence: 0.95, seed: i });
      const real = truth((p) => 2 * p * (1 - p));
      if (disagreement === null || real < disagreement.low || real > disagreement.high) missed += 1;
    }
    // Of 100 at 5 %. Here the cases are the same every time, so they vary less than intervals over cases allow for.
    expect(missed).toBeLessThanOrEqual(5);
  });

  it('count errors apart and every case once', () => {
    const cases: RepeatedCase[] = [
      { passed: 2, failed: 0, errors: 1, weight: 1 },
      { passed: 0, failed: 3, errors: 0, weight: 3 },
      { passed: 3, failed: 0, errors: 0, weight: 3 },
      { passed: 4, failed: 4, errors: 0, weight: 2 },
      { passed: 1, failed: 0, errors: 0, weight: 1 },
    ];
    const found = summariseRepeats(cases, plan(3, 8), { confidence: 0.95, seed: 1 });
    expect(found.classes).toEqual({ stablePass: 1, stableFail: 1, flaky: 1, unknown: 2 });
    expect(found.flakyShare!.value).toBeCloseTo(2 / 8, 12);
    expect(summariseRepeats([], plan(3, 8), { confidence: 0.95, seed: 1 }).flakyShare).toBeNull();
  });
});
