import { around } from '../interval.ts';
import { criticalValue } from '../normal-quantile.ts';
import { quantileOf, quantileRanks } from '../quantile.ts';
import type { LevelEstimate } from '../requirements/level-estimate.ts';
import { levelEstimate } from '../requirements/level-estimate.ts';
import { shareInterval } from '../share-interval.ts';
import { studentQuantile } from './student-quantile.ts';

/** Blocks that a stretch of requests is cut into; 10 to 30 are usual (Schmeiser, "Batch size effects in the analysis of simulation output", 1982). */
export const BLOCKS = 30;
/** With less in a block, blocks say nothing about how requests hang together. */
const LEAST_PER_BLOCK = 10;

/**
 * A percentile of requests that hang together, in the order in which they were to be sent. Under load one slow answer makes the next ones
 * slow, so n requests know less than n independent ones. How much less is told by non-overlapping batch means of "at most the percentile":
 * their variance over that of independent draws is the factor by which n is too large. The order statistics are then those of the smaller
 * number (Woodruff, "Confidence intervals for medians and other position measures", JASA 47, 1952). Never narrower than for independent requests.
 * With too few for blocks the interval is the whole range. Null without values.
 */
export const blockPercentile = (
  values: readonly number[],
  at: number,
  [least, greatest]: readonly [number, number],
): LevelEstimate | null => {
  const n = values.length;
  if (n === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const value = quantileOf(sorted, at);
  const inflation = varianceInflation(values, (one) => one <= value);
  return {
    value,
    n,
    of: 'requests',
    method: 'order statistics on effective requests (batch means)',
    at: (confidence, growth) => {
      const effective = effectiveNumber(n, growth, inflation, confidence);
      if (effective === null) return { low: least, high: greatest };
      const ranks = quantileRanks(Math.max(1, Math.round(effective)), at, confidence);
      const low = Math.floor((ranks.low / effective) * n);
      const high = Math.ceil((ranks.high / effective) * n);
      return around(value, {
        low: low < 1 ? least : sorted[Math.min(low, n) - 1]!,
        high: high > n ? greatest : sorted[high - 1]!,
      });
    },
  };
};

/** A share of requests that hang together: Clopper and Pearson's interval on the effective number of requests. Null without requests. */
export const blockShare = (hits: readonly boolean[]): LevelEstimate | null => {
  const n = hits.length;
  if (n === 0) return null;
  const value = hits.reduce((sum, hit) => sum + (hit ? 1 : 0), 0) / n;
  const inflation = varianceInflation(hits, (hit) => hit);
  return {
    value,
    n,
    of: 'requests',
    method: 'Clopper-Pearson on effective requests (batch means)',
    at: (confidence, growth) => {
      const effective = effectiveNumber(n, growth, inflation, confidence);
      if (effective === null) return { low: 0, high: 1 };
      return shareInterval(value * effective, effective, confidence);
    },
  };
};

/**
 * How much there is in a second, from how much there was in each of equally long slices of time: their mean, and Student's interval over
 * slices (batch means; Law, "Simulation Modeling and Analysis", 5th ed., section 9.5.3). Null without slices.
 */
export const blockRate = (perSlice: readonly number[], sliceMs: number, n: number): LevelEstimate | null => {
  const slices = perSlice.length;
  if (slices < 2) return null;
  const perSecond = perSlice.map((amount) => (amount / sliceMs) * 1_000);
  const value = mean(perSecond);
  const error = Math.sqrt(variance(perSecond) / slices);
  const estimate = levelEstimate(value, n, `batch means over ${slices} slices of time`, (confidence) => {
    const away = studentQuantile(confidence, slices - 1) * error;
    return { low: Math.max(0, value - away), high: value + away };
  });
  return { ...estimate, of: 'requests' };
};

/** Variance of the share over that of independent draws, at least 1; null where it cannot be told. */
const varianceInflation = <Value>(
  values: readonly Value[],
  isHit: (value: Value) => boolean,
): number | null => {
  const n = values.length;
  if (n < BLOCKS * LEAST_PER_BLOCK) return null;
  const shares: number[] = [];
  for (let block = 0; block < BLOCKS; block += 1) {
    const from = Math.floor((block * n) / BLOCKS);
    const to = Math.floor(((block + 1) * n) / BLOCKS);
    let hits = 0;
    for (let i = from; i < to; i += 1) if (isHit(values[i]!)) hits += 1;
    shares.push(hits / (to - from));
  }
  const share = mean(shares);
  const independent = (share * (1 - share)) / n;
  return independent === 0 ? 1 : Math.max(1, variance(shares) / BLOCKS / independent);
};

/**
 * The inflation is itself an estimate from few blocks, so Student's quantile takes the normal one's place. Null where there are too few for blocks;
 * of so many more that there would be enough, nothing is known but that they might be independent.
 */
const effectiveNumber = (
  n: number,
  growth: number,
  inflation: number | null,
  confidence: number,
): number | null => {
  if (inflation === null && n * growth < BLOCKS * LEAST_PER_BLOCK) return null;
  const t = studentQuantile(confidence, BLOCKS - 1);
  return (n * growth) / ((inflation ?? 1) * (t / criticalValue(confidence)) ** 2);
};

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;

const variance = (values: readonly number[]): number => {
  const centre = mean(values);
  return values.reduce((sum, one) => sum + (one - centre) ** 2, 0) / (values.length - 1);
};
