import { pairedSharesInterval } from '../../../core/evaluation/paired-shares.ts';
import type { Interval } from '../../../core/evaluation/run/run-record.ts';
import type { Random } from '../../../core/evaluation/seeded-random.ts';
import { bootstrapInterval } from '../../../core/paired/bootstrap.ts';
import { mcnemarExact } from '../../../core/paired/mcnemar.ts';
import { permutationTest } from '../../../core/paired/permutation-test.ts';

/** Scores of the same cases in two runs. */
export interface ScorePairs {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly weight: readonly number[];
}

export interface ScoreComparison {
  readonly n: number;
  /** Weighted means. */
  readonly a: number;
  readonly b: number;
  /** B minus A. */
  readonly difference: number;
  /** Null where no case differs, or all by the same: then the cases say nothing about how far off the difference may be. */
  readonly interval: Interval | null;
  readonly intervalMethod: string;
  /** Two-sided, before any correction. */
  readonly p: number;
  readonly test: string;
  /** Cases that B scores higher, and lower. */
  readonly higher: number;
  readonly lower: number;
}

/** Work is bounded, so that 100,000 cases take seconds: resamples and exchanges are fewer where there are more cases. */
const WORK = 40_000_000;

/**
 * Compares scores of the same cases. Where every score is 0 or 1 and every case counts the same: Tango's interval and McNemar's exact
 * test; else the BCa bootstrap of the mean difference over cases and the paired permutation test. Null without cases.
 */
export const compareScores = (
  { a, b, weight }: ScorePairs,
  confidence: number,
  random: Random,
): ScoreComparison | null => {
  const n = a.length;
  if (n === 0) return null;
  let higher = 0;
  let lower = 0;
  let isBinary = true;
  let isEven = true;
  const differences = new Array<number>(n);
  for (let i = 0; i < n; i += 1) {
    const [x, y] = [a[i]!, b[i]!];
    differences[i] = y - x;
    if (y > x) higher += 1;
    if (y < x) lower += 1;
    if ((x !== 0 && x !== 1) || (y !== 0 && y !== 1)) isBinary = false;
    if (weight[i] !== weight[0]) isEven = false;
  }
  const facts = {
    n,
    a: mean(a, weight),
    b: mean(b, weight),
    difference: mean(differences, weight),
    higher,
    lower,
  };
  if (isBinary && isEven) {
    const limits = pairedSharesInterval({ onlyCandidate: higher, onlyStable: lower, total: n }, confidence);
    return {
      ...facts,
      interval: { value: facts.difference, ...limits, confidence },
      intervalMethod: 'Tango score interval, paired',
      p: mcnemarExact({ onlyCandidate: higher, onlyStable: lower }),
      test: 'McNemar, exact',
    };
  }
  const resamples = between(500, Math.floor(WORK / n), 2000);
  const statistic = (times?: ArrayLike<number>): number => mean(differences, weight, times);
  const limits = bootstrapInterval(statistic, n, { confidence, resamples, random });
  const total = weight.reduce((sum, one) => sum + one, 0);
  const draws = between(999, Math.floor(WORK / n), 9999);
  const { p, method } = permutationTest(
    differences.map((one, i) => (one * weight[i]!) / total),
    draws,
    random,
  );
  return {
    ...facts,
    interval:
      limits.kind === 'degenerate'
        ? null
        : { value: facts.difference, low: limits.low, high: limits.high, confidence },
    intervalMethod: `paired bootstrap (BCa, ${resamples} resamples)`,
    p,
    test: method === 'exact' ? 'permutation test, exact' : `permutation test, ${draws} draws`,
  };
};

const between = (least: number, value: number, most: number): number =>
  Math.max(least, Math.min(most, value));

/** Weights of cases are above 0, and a resample has a case at least, so there is always something to divide by. */
const mean = (values: readonly number[], weight: readonly number[], times?: ArrayLike<number>): number => {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i += 1) {
    const counted = times === undefined ? weight[i]! : weight[i]! * times[i]!;
    sum += counted * values[i]!;
    total += counted;
  }
  return sum / total;
};
