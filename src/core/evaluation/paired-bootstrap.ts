import type { CaseOutcome } from './case-outcome.ts';
import { goldenLabels } from './class-tally.ts';
import type { ClassificationMetric } from './classification.ts';
import { MOST_LABELS } from './classification.ts';
import type { Estimate, Interval } from './interval.ts';
import { around, grownBySquareRoot } from './interval.ts';
import { quantileRank } from './quantile.ts';
import type { Random } from './seeded-random.ts';

/** One case as both releases dealt with it. */
export interface OutcomePair {
  readonly candidate: CaseOutcome;
  readonly stable: CaseOutcome;
}

/**
 * The difference, candidate minus stable, of precision, recall or F1 on the same cases: the percentile bootstrap over
 * cases (Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, chapters 13 and 8.3), centred on the observed
 * difference. Two made-up cases for each label, one that only the candidate and one that only stable gets right, join the
 * cases drawn from. Without them two releases that never disagree would be "proved" equal by a handful of cases (the
 * idea of Agresti and Min, "Simple improved confidence intervals for comparing matched proportions", 2005).
 * Null when there are too many labels to average over.
 */
export const classificationDifference = (
  metric: ClassificationMetric,
  pairs: readonly OutcomePair[],
  positive: string | null,
  confidence: number,
  random: Random,
): Estimate | null => {
  const labels = goldenLabels(pairs.map((pair) => pair.candidate));
  if (positive === null && labels.length > MOST_LABELS) return null;
  const method = 'paired bootstrap with one disagreement added each way';
  if (pairs.length === 0) return nothing(method, { low: -1, high: 1 });
  const scored = positive === null ? labels : [positive];
  const codes = new Map([...new Set([...scored, ...labels])].map((label, code) => [label, code]));
  // At least two, or a golden set of one label could not even imagine a false find, and would prove precision equal.
  const codeCount = Math.max(2, codes.size);
  const pool = codedPool(pairs, codes, codeCount);
  const score = scorer(metric, scored.length, codeCount);
  const difference = (draw: (i: number) => number, n: number): number =>
    score(pool, pool.candidate, draw, n) - score(pool, pool.stable, draw, n);

  const value = difference((i) => i, pairs.length);
  const drawn = new Int32Array(pool.size);
  const differences = replicate(pool.size, confidence, () => {
    for (let i = 0; i < pool.size; i += 1) drawn[i] = Math.floor(random() * pool.size);
    return difference((i) => drawn[i] ?? 0, pool.size);
  });
  const centre = differences.reduce((sum, x) => sum + x, 0) / differences.length;
  const spread = percentiles(differences, confidence);
  const interval = around(value, {
    low: Math.max(-1, value + spread.low - centre),
    high: Math.min(1, value + spread.high - centre),
  });
  return { value, ...interval, n: pairs.length, method, grown: grownBySquareRoot(value, interval) };
};

/**
 * The difference of a latency quantile on the same cases, in milliseconds, by the paired percentile bootstrap. Two made-up
 * cases, in each of which only one side stands at the ceiling, keep the interval open where the cases are too few to know a
 * far quantile, just as the order statistics of a single release are.
 */
export const quantileDifference = (
  pairs: readonly OutcomePair[],
  at: number,
  ceilingMs: number,
  confidence: number,
  random: Random,
): Estimate => {
  const method = 'paired bootstrap with one case at the ceiling added each way';
  if (pairs.length === 0) return nothing(method, { low: -ceilingMs, high: ceilingMs });
  const candidate = [...pairs.map((pair) => pair.candidate.latencyMs), ceilingMs, 0];
  const stable = [...pairs.map((pair) => pair.stable.latencyMs), 0, ceilingMs];
  const size = candidate.length;
  const candidateOrder = ascending(candidate);
  const stableOrder = ascending(stable);
  const times = new Int32Array(size);
  const quantile = (values: readonly number[], order: Int32Array, n: number): number => {
    let left = quantileRank(n, at);
    for (const i of order) {
      left -= times[i] ?? 0;
      if (left <= 0) return values[i] ?? Number.NaN;
    }
    return Number.NaN;
  };
  const difference = (n: number): number =>
    quantile(candidate, candidateOrder, n) - quantile(stable, stableOrder, n);

  times.fill(1, 0, pairs.length);
  const value = difference(pairs.length);
  const differences = replicate(size, confidence, () => {
    times.fill(0);
    for (let i = 0; i < size; i += 1) {
      const drawn = Math.floor(random() * size);
      times[drawn] = (times[drawn] ?? 0) + 1;
    }
    return difference(size);
  });
  const interval = around(value, percentiles(differences, confidence));
  return { value, ...interval, n: pairs.length, method, grown: grownBySquareRoot(value, interval) };
};

const nothing = (method: string, open: Interval): Estimate => ({
  value: 0,
  ...open,
  n: 0,
  method,
  grown: () => open,
});

/** 2000 replicates, more for far tails, fewer (never below 500) when the cases are so many that it would take seconds. */
const replicate = (size: number, confidence: number, once: () => number): Float64Array => {
  const wanted = Math.max(2000, Math.ceil(100 / (1 - confidence)));
  const affordable = Math.max(500, Math.floor(20_000_000 / size));
  return Float64Array.from({ length: Math.min(wanted, affordable) }, once);
};

const percentiles = (values: Float64Array, confidence: number): Interval => {
  const sorted = values.toSorted();
  const tail = (1 - confidence) / 2;
  const cut = Math.floor(sorted.length * tail);
  return { low: sorted[cut] ?? Number.NaN, high: sorted[sorted.length - 1 - cut] ?? Number.NaN };
};

const ascending = (values: readonly number[]): Int32Array =>
  Int32Array.from(values.keys()).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));

/** Labels as numbers; -1 is an error, or an answer that is no label. */
interface CodedPool {
  readonly expected: Int32Array;
  readonly candidate: Int32Array;
  readonly stable: Int32Array;
  readonly weight: Float64Array;
  readonly size: number;
}

const codedPool = (
  pairs: readonly OutcomePair[],
  codes: ReadonlyMap<string, number>,
  codeCount: number,
): CodedPool => {
  const code = (label: string | null): number => (label === null ? -1 : (codes.get(label) ?? -1));
  const rows = pairs.map(({ candidate, stable }) => ({
    expected: code(candidate.expected),
    candidate: code(candidate.answered),
    stable: code(stable.answered),
    weight: candidate.weight,
  }));
  const weight = rows.reduce((sum, row) => sum + row.weight, 0) / rows.length;
  for (let expected = 0; expected < codeCount; expected += 1) {
    const wrong = (expected + 1) % codeCount;
    rows.push({ expected, candidate: expected, stable: wrong, weight });
    rows.push({ expected, candidate: wrong, stable: expected, weight });
  }
  return {
    expected: Int32Array.from(rows, (row) => row.expected),
    candidate: Int32Array.from(rows, (row) => row.candidate),
    stable: Int32Array.from(rows, (row) => row.stable),
    weight: Float64Array.from(rows, (row) => row.weight),
    size: rows.length,
  };
};

/** The metric over the drawn cases, averaged over the labels below `scored`; a label without a denominator counts 0. */
const scorer = (metric: ClassificationMetric, scored: number, labels: number) => {
  const right = new Float64Array(labels);
  const expecting = new Float64Array(labels);
  const answering = new Float64Array(labels);
  return (pool: CodedPool, answers: Int32Array, draw: (i: number) => number, n: number): number => {
    right.fill(0);
    expecting.fill(0);
    answering.fill(0);
    for (let i = 0; i < n; i += 1) {
      const row = draw(i);
      const expected = pool.expected[row]!;
      const answered = answers[row]!;
      const weight = pool.weight[row]!;
      expecting[expected]! += weight;
      if (answered >= 0) answering[answered]! += weight;
      if (answered === expected) right[expected]! += weight;
    }
    let sum = 0;
    for (let label = 0; label < scored; label += 1) {
      const found = right[label]!;
      const of =
        metric === 'recall'
          ? expecting[label]!
          : metric === 'precision'
            ? answering[label]!
            : (expecting[label]! + answering[label]!) / 2;
      sum += of === 0 ? 0 : found / of;
    }
    return sum / scored;
  };
};
