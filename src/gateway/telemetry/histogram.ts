import type { Series } from '../../core/telemetry/series-family.ts';

/** Observations by fixed buckets. Changed in place; observing allocates nothing. */
export interface Histogram {
  readonly bounds: readonly number[];
  /** One more than there are bounds. */
  readonly counts: Float64Array;
  sum: number;
}

export const openHistogram = (bounds: readonly number[]): Histogram => ({
  bounds,
  counts: new Float64Array(bounds.length + 1),
  sum: 0,
});

/** A value on a bound belongs to the bucket that ends there. */
export function observe(histogram: Histogram, value: number): void {
  const { bounds, counts } = histogram;
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= bounds[middle]!) high = middle;
    else low = middle + 1;
  }
  counts[low]! += 1;
  histogram.sum += value;
}

export const histogramSeries = ({ counts, sum }: Histogram, labels: Series['labels']): Series => ({
  labels,
  value: sum,
  counts: [...counts],
});
