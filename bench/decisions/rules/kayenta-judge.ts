import { shiftInterval } from './mann-whitney.ts';

/** Of the default judge, fixed in its code. */
const CONFIDENCE = 0.98;
const TOLERANCE = 0.25;

/** One value a minute and side; null where there was nothing to measure (removed, as `nanStrategy: remove` says). */
export interface MetricPair {
  readonly canary: readonly (number | null)[];
  readonly baseline: readonly (number | null)[];
}

export type MetricClass = 'pass' | 'high' | 'no-data';

/**
 * Classifies a metric of which only an increase is bad: high when the interval of the shift lies above a quarter of the shift's own
 * estimate. That tolerance is part of the estimate, not of the baseline, so it asks for a clear difference, not for a large one.
 */
export const classifyMetric = (pair: MetricPair): MetricClass => {
  const canary = pair.canary.filter((value) => value !== null);
  const baseline = pair.baseline.filter((value) => value !== null);
  if (canary.length === 0 || baseline.length === 0) return 'no-data';
  const different = new Set([...canary, ...baseline]);
  if (different.size === 1) return 'pass';
  // Two different constants: the judge adds a trace of noise to be able to rank, and sees the difference.
  if (new Set(canary).size === 1 && new Set(baseline).size === 1)
    return canary[0]! > baseline[0]! ? 'high' : 'pass';
  const { shift, low } = shiftInterval(canary, baseline, CONFIDENCE);
  const meanRatio = mean(canary) / mean(baseline);
  return low > TOLERANCE * Math.abs(shift) && !(meanRatio < 1) ? 'high' : 'pass';
};

/** From 0 to 100, each metric a group of its own with the same weight. Half of the metrics without data score 0. */
export const scoreOf = (metrics: readonly MetricClass[]): number => {
  const missing = metrics.filter((metric) => metric === 'no-data').length;
  if (missing / metrics.length >= 0.5) return 0;
  return (100 * metrics.filter((metric) => metric !== 'high').length) / metrics.length;
};

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
