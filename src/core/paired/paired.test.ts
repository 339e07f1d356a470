import { describe, expect, it } from 'vitest';
import { normalDistribution } from '../evaluation/normal-distribution.ts';
import { pairedSharesInterval } from '../evaluation/paired-shares.ts';
import { seededRandom } from '../evaluation/seeded-random.ts';
import { makeScorer } from '../scorers/registry.ts';
import { goldenVectors } from '../scorers/testing/golden-vectors.ts';
import type { BcaInput } from './bca-limits.ts';
import { bcaLimits } from './bca-limits.ts';
import { bootstrapInterval, MOST_JACKKNIFE } from './bootstrap.ts';
import { holm } from './holm.ts';
import type { Discordant } from './mcnemar.ts';
import { mcnemarExact, mcnemarMidP } from './mcnemar.ts';
import { nonInferiority, nonInferiorityP } from './non-inferiority.ts';
import { MOST_EXACT, permutationTest } from './permutation-test.ts';
import { signTest, signTestOf } from './sign-test.ts';
import { wilsonInterval } from './wilson.ts';

// The figures come from scipy and statsmodels; scripts/reference-vectors says how.

const vectors = goldenVectors<{
  readonly normal: readonly (readonly [number, number])[];
  readonly discordant: readonly (Discordant & Readonly<Record<'exact' | 'sign' | 'midP', number>>)[];
  readonly permutation: readonly { readonly differences: readonly number[]; readonly p: number }[];
  readonly bootstrap: readonly (BcaInput & {
    readonly statistic: 'mean' | 'root';
    readonly values: readonly number[];
    readonly interval: readonly [number, number];
  })[];
  readonly holm: readonly { readonly p: readonly number[]; readonly adjusted: readonly number[] }[];
  readonly wilson: readonly {
    readonly hits: number;
    readonly total: number;
    readonly confidence: number;
    readonly interval: readonly [number, number];
  }[];
  readonly nonInferiority: readonly (Discordant & {
    readonly total: number;
    readonly margin: number;
    readonly p: number;
  })[];
}>(new URL('paired.golden.json', import.meta.url));

const isNear = (found: number, wanted: number, relative = 1e-9) =>
  expect(Math.abs(found - wanted)).toBeLessThanOrEqual(relative * Math.abs(wanted) + 1e-300);

it('agrees with scipy on the normal distribution, far into the tail', () => {
  for (const [z, p] of vectors.normal) isNear(normalDistribution(z), p, 1e-10);
});

it('agrees with statsmodels and scipy on McNemar and the sign test, and with the authors on mid-p', () => {
  for (const { exact, sign, midP, ...counts } of vectors.discordant) {
    isNear(mcnemarExact(counts), exact);
    isNear(signTest(counts.onlyCandidate, counts.onlyStable), sign);
    isNear(mcnemarMidP(counts), midP);
  }
  // Fagerland, Lydersen and Laake work this one out.
  expect(mcnemarMidP({ onlyCandidate: 1, onlyStable: 7 })).toBeCloseTo(0.039, 3);
  expect(signTestOf([1, 0, 0, 2, -1, 3])).toBe(signTest(3, 1));
});

describe('the permutation test', () => {
  it('agrees with scipy when all exchanges are tried', () => {
    for (const { differences, p } of vectors.permutation) {
      const found = permutationTest(differences, 0, () => Number.NaN);
      expect(found.method).toBe('exact');
      expect(found.p).toBeCloseTo(p, 12);
    }
  });

  it('comes close to it when exchanges are drawn, and is never 0', () => {
    const few = [0.9, 0.4, -0.2, 0.7, 0.1, -0.3, 0.5, 0.2, 0.8];
    const many = [...few, ...few];
    const exact = permutationTest(many, 0, Math.random).p;
    // A difference this small changes no order of sums, and sends the same question to the other method.
    const drawn = permutationTest([...many, 1e-15], 20_000, seededRandom(1));
    expect(many.length).toBe(MOST_EXACT);
    expect(drawn.method).toBe('drawn');
    expect(Math.abs(drawn.p - exact)).toBeLessThan(0.004);
    expect(permutationTest(new Array<number>(60).fill(1), 99, seededRandom(2)).p).toBe(0.01);
  });

  it('finds nothing where nothing differs', () => {
    expect(permutationTest([0, 0, 0], 10, seededRandom(1)).p).toBe(1);
    expect(permutationTest([], 10, seededRandom(1)).p).toBe(1);
  });
});

describe('BCa intervals', () => {
  it('agree with scipy on the same replicates', () => {
    for (const { interval, ...input } of vectors.bootstrap) {
      const found = bcaLimits(input);
      if (found.kind !== 'bca') throw new Error('degenerate');
      expect(found.low).toBeCloseTo(interval[0], 9);
      expect(found.high).toBeCloseTo(interval[1], 9);
    }
  });

  it('agree with scipy up to the noise of resampling, from weights alone', () => {
    const set = vectors.bootstrap[0]!;
    const statistic = (weights?: ArrayLike<number>): number => {
      let sum = 0;
      let total = 0;
      for (const [i, value] of set.values.entries()) {
        sum += value * (weights?.[i] ?? 1);
        total += weights?.[i] ?? 1;
      }
      return sum / total;
    };
    const found = bootstrapInterval(statistic, set.values.length, {
      confidence: set.confidence,
      resamples: 20_000,
      random: seededRandom(4),
    });
    if (found.kind !== 'bca') throw new Error('degenerate');
    expect(Math.abs(found.low - set.interval[0])).toBeLessThan(0.05);
    expect(Math.abs(found.high - set.interval[1])).toBeLessThan(0.08);
  });

  it('compare two releases on the same cases by a score of sets', () => {
    const made = makeScorer('f1');
    if (!made.isMade) throw new Error(made.message);
    const random = seededRandom(9);
    const expected = Array.from({ length: 300 }, () => (random() < 0.4 ? 'a' : 'b'));
    const answers = (accuracy: number) =>
      expected.map((label) => ({ expected: label, answered: random() < accuracy ? label : 'b' }));
    const [candidate, stable] = [answers(0.95), answers(0.6)].map((cases) => made.scorer.prepare(cases));
    const difference = (weights?: ArrayLike<number>) => {
      const [one, other] = [candidate!(weights), stable!(weights)];
      return one === null || other === null ? null : one - other;
    };
    const options = { confidence: 0.95, resamples: 1000 };
    const found = bootstrapInterval(difference, 300, { ...options, random: seededRandom(5) });
    if (found.kind !== 'bca') throw new Error('degenerate');
    expect(found.low).toBeGreaterThan(0);
    expect(found.low).toBeLessThan(difference()!);
    expect(found.high).toBeGreaterThan(difference()!);
    expect(bootstrapInterval(difference, 300, { ...options, random: seededRandom(5) })).toEqual(found);
  });

  it('say so when resamples say nothing', () => {
    const options = { confidence: 0.95, resamples: 100, random: seededRandom(5) };
    expect(bootstrapInterval(() => 1, 50, options).kind).toBe('degenerate');
    expect(bootstrapInterval(() => null, 50, options).kind).toBe('degenerate');
    expect(bootstrapInterval((weights) => (weights === undefined ? 1 : null), 50, options).kind).toBe(
      'degenerate',
    );
    expect(bootstrapInterval(() => 1, 1, options).kind).toBe('degenerate');
  });

  it('leave cases out in groups when there are many', () => {
    let calls = 0;
    const cases = 3 * MOST_JACKKNIFE;
    const statistic = (weights?: ArrayLike<number>): number => {
      calls += 1;
      return weights === undefined ? 0 : weights[calls % cases]! - 1;
    };
    bootstrapInterval(statistic, cases, { confidence: 0.9, resamples: 50, random: seededRandom(5) });
    expect(calls).toBe(1 + 50 + MOST_JACKKNIFE);
  });
});

it('agrees with statsmodels on the correction of Holm', () => {
  for (const { p, adjusted } of vectors.holm)
    for (const [i, found] of holm(p).entries()) expect(found).toBeCloseTo(adjusted[i]!, 12);
  expect(holm([])).toEqual([]);
});

it('agrees with statsmodels on the interval of Wilson', () => {
  for (const { hits, total, confidence, interval } of vectors.wilson) {
    const { low, high } = wilsonInterval(hits, total, confidence);
    expect(low).toBeCloseTo(interval[0], 9);
    expect(high).toBeCloseTo(interval[1], 9);
  }
  expect(wilsonInterval(0, 0, 0.95)).toEqual({ low: 0, high: 1 });
});

describe('non-inferiority', () => {
  it('reads an interval, whichever way is better', () => {
    const read = (low: number, high: number, margin: number) => [
      nonInferiority({ low, high }, margin, 'higher'),
      nonInferiority({ low: -high, high: -low }, margin, 'lower'),
    ];
    expect(read(0.01, 0.05, 0.02)).toEqual(['superior', 'superior']);
    expect(read(-0.01, 0.05, 0.02)).toEqual(['non-inferior', 'non-inferior']);
    expect(read(-0.03, 0.05, 0.02)).toEqual(['open', 'open']);
    expect(read(-0.05, -0.01, 0.02)).toEqual(['open', 'open']);
    expect(read(-0.05, -0.03, 0.02)).toEqual(['worse', 'worse']);
    expect(read(-0.05, -0.01, 0)).toEqual(['worse', 'worse']);
    expect(() => nonInferiority({ low: 0, high: 1 }, -1, 'higher')).toThrow(RangeError);
  });

  it('agrees with a numerical maximisation on the p-value for shares', () => {
    for (const { p, margin, ...counts } of vectors.nonInferiority)
      expect(nonInferiorityP(counts, margin)).toBeCloseTo(p, 7);
  });

  it('rejects exactly where the lower limit of the interval leaves the margin', () => {
    for (const { margin, p: _, ...counts } of vectors.nonInferiority) {
      const p = nonInferiorityP(counts, margin);
      if (p <= 1e-6 || p >= 0.5) continue;
      expect(pairedSharesInterval(counts, 1 - 2 * p).low).toBeCloseTo(-margin, 8);
    }
  });
});
