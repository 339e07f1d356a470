import { binomialCdf } from './incomplete-beta.ts';
import type { Estimate, Interval } from './interval.ts';
import { around } from './interval.ts';

/** The smallest value that at least a share `at` of the sorted values does not exceed; `sorted` is not empty. */
export const quantileOf = (sorted: ArrayLike<number>, at: number): number =>
  sorted[quantileRank(sorted.length, at) - 1] ?? Number.NaN;

/** Its rank, from 1. The tiny allowance keeps 0.95 * 20, which is not quite 19, at 19. */
export const quantileRank = (n: number, at: number): number =>
  Math.min(n, Math.max(1, Math.ceil(n * at - 1e-9)));

/**
 * A latency quantile with its distribution-free interval: the order statistics whose ranks the binomial distribution
 * gives (David, Nagaraja, "Order Statistics", 3rd ed., section 7.1). Where too few cases were seen for an upper limit
 * (fewer than about 370 for the 99th percentile at 95 %) the limit is `ceilingMs`: calls are cut there, so no quantile
 * of what was measured lies above it.
 */
export const quantileEstimate = (
  valuesMs: readonly number[],
  at: number,
  ceilingMs: number,
  confidence: number,
): Estimate => {
  const sorted = Float64Array.from(valuesMs).sort();
  const n = sorted.length;
  const method = 'order statistics, binomial ranks';
  if (n === 0) {
    const open = { low: 0, high: ceilingMs };
    return { value: 0, ...open, n, method, grown: () => open };
  }
  const value = quantileOf(sorted, at);
  const grown = (growth: number): Interval => {
    const ranks = quantileRanks(Math.round(n * growth), at, confidence);
    const lowRank = Math.floor(ranks.low / growth);
    const highRank = Math.ceil(ranks.high / growth);
    return around(value, {
      low: lowRank < 1 ? 0 : (sorted[lowRank - 1] ?? 0),
      high: highRank > n ? ceilingMs : (sorted[highRank - 1] ?? ceilingMs),
    });
  };
  return { value, ...grown(1), n, method, grown };
};

/** Ranks from 1; 0 and n + 1 mean that no value of the sample will do. */
export const quantileRanks = (n: number, at: number, confidence: number): Interval => {
  const tail = (1 - confidence) / 2;
  // low: the greatest rank with P(B <= rank - 1) <= tail; high: the smallest with P(B >= rank) <= tail.
  return {
    low: firstWhere(1, n + 1, (rank) => binomialCdf(rank - 1, n, at) > tail) - 1,
    high: firstWhere(1, n + 1, (rank) => 1 - binomialCdf(rank - 1, n, at) <= tail),
  };
};

/** The first integer from `from` on at which a condition that stays true becomes true; `to` when none before does. */
const firstWhere = (from: number, to: number, holds: (x: number) => boolean): number => {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
};
