import type { Estimate, Interval } from './interval.ts';
import { around } from './interval.ts';
import { criticalValue } from './normal-quantile.ts';
import { effectiveCases } from './share-interval.ts';

/** The same cases judged for both releases; counts may be fractional (weighted cases). */
export interface PairedCounts {
  readonly onlyCandidate: number;
  readonly onlyStable: number;
  readonly total: number;
}

/**
 * Tango's score interval for the difference of two paired shares, candidate minus stable ("Equivalence test and
 * confidence interval for the difference in proportions for the paired-sample design", Statistics in Medicine 17,
 * 1998). Never degenerate: without a single disagreement among n cases it is +-z^2/(n + z^2).
 * Close to nominal rather than guaranteed: over 20,000 simulated sets at 95 % each limit missed in 1.3 to 3.3 % of them, the
 * most where nearly all disagreements go one way.
 */
export const pairedSharesInterval = (counts: PairedCounts, confidence: number): Interval => {
  if (counts.total <= 0) return { low: -1, high: 1 };
  const z = criticalValue(confidence);
  const value = (counts.onlyCandidate - counts.onlyStable) / counts.total;
  return around(value, {
    low: crossing(counts, z, -1, value),
    high: crossing(counts, -z, value, 1),
  });
};

/** Where the score statistic, which falls as the assumed difference grows, passes `target`. */
const crossing = (counts: PairedCounts, target: number, from: number, to: number): number => {
  let low = from;
  let high = to;
  for (let i = 0; i < 200 && high - low > 1e-15; i += 1) {
    const middle = (low + high) / 2;
    if (score(counts, middle) > target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};

const score = ({ onlyCandidate: b, onlyStable: c, total: n }: PairedCounts, difference: number): number => {
  // The likeliest probability of "only stable right" among those that have this difference: root of a quadratic.
  const quadratic = 2 * n;
  const linear = -b - c + (2 * n - b + c) * difference;
  const constant = -c * difference * (1 - difference);
  const root =
    (Math.sqrt(Math.max(0, linear * linear - 4 * quadratic * constant)) - linear) / (2 * quadratic);
  const variance = n * (2 * root + difference * (1 - difference));
  const gap = b - c - n * difference;
  if (variance <= 1e-300) return gap === 0 ? 0 : Math.sign(gap) * Number.POSITIVE_INFINITY;
  return gap / Math.sqrt(variance);
};

/** One case with its weight and whether each release got it right. */
export interface PairedCase {
  readonly weight: number;
  readonly candidateRight: boolean;
  readonly stableRight: boolean;
}

export const pairedSharesEstimate = (cases: readonly PairedCase[], confidence: number): Estimate => {
  let onlyCandidate = 0;
  let onlyStable = 0;
  let total = 0;
  let squares = 0;
  for (const { weight, candidateRight, stableRight } of cases) {
    total += weight;
    squares += weight * weight;
    if (candidateRight && !stableRight) onlyCandidate += weight;
    if (stableRight && !candidateRight) onlyStable += weight;
  }
  const scale = total === 0 ? 0 : effectiveCases(total, squares) / total;
  const grown = (growth: number): Interval =>
    pairedSharesInterval(
      {
        onlyCandidate: onlyCandidate * scale * growth,
        onlyStable: onlyStable * scale * growth,
        total: total * scale * growth,
      },
      confidence,
    );
  return {
    value: total === 0 ? 0 : (onlyCandidate - onlyStable) / total,
    ...grown(1),
    n: cases.length,
    method: 'Tango score interval, paired',
    grown,
  };
};
