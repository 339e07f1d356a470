import { normalDistribution } from '../evaluation/normal-distribution.ts';
import { normalQuantile } from '../evaluation/normal-quantile.ts';

export interface BcaInput {
  readonly observed: number;
  /** The statistic of each resample, in any order. */
  readonly replicates: ArrayLike<number>;
  /** The statistic without each case, or without each group of cases. */
  readonly jackknife: ArrayLike<number>;
  readonly confidence: number;
}

export type BcaLimits =
  | { readonly kind: 'bca'; readonly low: number; readonly high: number }
  /** All resamples lie on one side, or are the same: they say nothing about how far the statistic may be off. */
  | { readonly kind: 'degenerate' };

/**
 * Efron's bias-corrected and accelerated limits ("Better bootstrap confidence intervals", JASA 82, 1987; Efron, Tibshirani, "An
 * introduction to the bootstrap", 1993, section 14.3): percentiles of the replicates, moved for the bias of their median
 * and for a spread that changes with the value. Replicates equal to the observed value count half as below it, and
 * percentiles are interpolated, as in scipy.
 */
export const bcaLimits = ({ observed, replicates, jackknife, confidence }: BcaInput): BcaLimits => {
  const sorted = Float64Array.from(replicates).sort();
  let below = 0;
  let upTo = 0;
  for (const one of sorted) {
    if (one < observed) below += 1;
    if (one <= observed) upTo += 1;
  }
  const rank = (below + upTo) / (2 * sorted.length);
  const acceleration = accelerationOf(jackknife);
  if (!(rank > 0 && rank < 1) || acceleration === null) return { kind: 'degenerate' };
  const bias = normalQuantile(rank);
  const level = (z: number): number =>
    normalDistribution(bias + (bias + z) / (1 - acceleration * (bias + z)));
  const z = normalQuantile((1 - confidence) / 2);
  return { kind: 'bca', low: percentile(sorted, level(z)), high: percentile(sorted, level(-z)) };
};

/** From the skewness of the jackknife values; null when they are all the same. */
const accelerationOf = (values: ArrayLike<number>): number | null => {
  let mean = 0;
  for (let i = 0; i < values.length; i += 1) mean += values[i]! / values.length;
  let squares = 0;
  let cubes = 0;
  for (let i = 0; i < values.length; i += 1) {
    const gap = mean - values[i]!;
    squares += gap * gap;
    cubes += gap * gap * gap;
  }
  // Of equal values, sums leave a rest of rounding.
  if (squares <= 1e-24 * values.length * Math.max(1, mean * mean)) return null;
  return cubes / (6 * squares ** 1.5);
};

/** Between the two nearest order statistics (numpy's default). */
const percentile = (sorted: Float64Array, at: number): number => {
  const place = at * (sorted.length - 1);
  const before = Math.floor(place);
  const low = sorted[before]!;
  const high = sorted[Math.min(before + 1, sorted.length - 1)]!;
  return low + (place - before) * (high - low);
};
