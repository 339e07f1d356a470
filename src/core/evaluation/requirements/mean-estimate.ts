import type { Interval } from '../interval.ts';
import { effectiveCases, shareInterval } from '../share-interval.ts';
import { boundedMeanInterval } from './bounded-mean-interval.ts';
import type { LevelEstimate } from './level-estimate.ts';
import { levelEstimate } from './level-estimate.ts';
import { lumpedMeanEstimate } from './lumped-mean-estimate.ts';
import { normalMeanEstimate } from './normal-mean-estimate.ts';
import type { Resampling } from './resampled-estimate.ts';
import { resampledEstimate } from './resampled-estimate.ts';

/** Values of cases with their weights. */
export interface WeightedValues {
  readonly values: readonly number[];
  readonly weights: readonly number[];
}

/**
 * Resampling learns the spread from the cases that differ from the commonest value. With a handful of them it misses far more often than it
 * says (by simulation 9 % instead of 2.5 % on one side where 2 of 20 cases differ, up to 4.5 % with 5).
 */
export const LEAST_DIFFERENT = 10;

/** From here on a formula says the same as resampling, in a thousandth of the time. */
const MANY_DIFFERENT = 1000;

/** From here on only the cases that differ are drawn, where they weigh the same. */
const MANY_CASES = 5000;

/** Cases that must agree to the last digit before a value without limits counts as a constant. */
export const LEAST_ALIKE = 30;

/**
 * The weighted mean over cases. Values that are 0 or 1 alone are a share: Clopper-Pearson on Kish's effective cases. Others: BCa by
 * resampling cases; limits from the range alone where too few cases differ, and a formula where very many do. A range around 0 is one of differences, and the
 * limits of what is above and below 0 are then taken apart. Null without values.
 */
export const meanEstimate = (
  { values, weights }: WeightedValues,
  range: readonly [number, number],
  resampling: Resampling,
): LevelEstimate | null => {
  if (values.length === 0) return null;
  const { value, cases } = weightedMean(values, weights);
  const n = values.length;
  if (range[0] === 0 && range[1] === 1 && values.every((one) => one === 0 || one === 1)) {
    return {
      value,
      n,
      method: withEffective('Clopper-Pearson', cases, n),
      at: (confidence, growth) => shareInterval(value * cases * growth, cases * growth, confidence),
    };
  }
  const fallback = withoutSpread({ values, weights }, cases, range);
  const { different, commonest } = differentFromCommonest(values);
  if (different < LEAST_DIFFERENT) return levelEstimate(value, n, fallback.method, fallback.interval);
  if (different >= MANY_DIFFERENT) return normalMeanEstimate(values, weights);
  if (n >= MANY_CASES && weights.every((weight) => weight === weights[0]))
    return lumpedMeanEstimate(values, commonest, fallback.interval, resampling);
  const of = (times?: ArrayLike<number>): number | null => {
    let top = 0;
    let bottom = 0;
    for (let i = 0; i < n; i += 1) {
      const weight = times === undefined ? weights[i]! : times[i]! * weights[i]!;
      top += weight * values[i]!;
      bottom += weight;
    }
    return bottom === 0 ? null : top / bottom;
  };
  return resampledEstimate({ value, n, of, fallback }, resampling);
};

export const withEffective = (method: string, cases: number, n: number): string =>
  Math.abs(cases - n) > 1e-9 * n ? `${method}, effective cases ${cases.toFixed(1)} (Kish)` : method;

const weightedMean = (values: readonly number[], weights: readonly number[]) => {
  let sum = 0;
  let total = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i += 1) {
    sum += weights[i]! * values[i]!;
    total += weights[i]!;
    squares += weights[i]! * weights[i]!;
  }
  return { value: sum / total, cases: effectiveCases(total, squares) };
};

/** How many values differ from the commonest one; where they are many in any case, no more than that. */
const differentFromCommonest = (values: readonly number[]) => {
  const counts = new Map<number, number>();
  let most = 0;
  let commonest = Number.NaN;
  for (const value of values) {
    const count = (counts.get(value) ?? 0) + 1;
    counts.set(value, count);
    // All but one of these differ from the commonest. Counting on would keep every single latency.
    if (counts.size > MANY_DIFFERENT) return { different: MANY_DIFFERENT, commonest: Number.NaN };
    if (count <= most) continue;
    most = count;
    commonest = value;
  }
  return { different: values.length - most, commonest };
};

const withoutSpread = (
  { values, weights }: WeightedValues,
  cases: number,
  [least, greatest]: readonly [number, number],
): { method: string; interval: (confidence: number) => Interval } => {
  const meanOf = (part: (value: number) => number): number => weightedMean(values.map(part), weights).value;
  const method = 'Bentkus, from the range alone';
  if (Number.isFinite(least) && Number.isFinite(greatest)) {
    if (least < 0 && greatest > 0) {
      const gain = meanOf((value) => Math.max(0, value) / greatest);
      const loss = meanOf((value) => Math.min(0, value) / least);
      const interval = (confidence: number): Interval => {
        // Each end rests on two limits, which share its error.
        const gains = boundedMeanInterval(gain, cases, (1 + confidence) / 2);
        const losses = boundedMeanInterval(loss, cases, (1 + confidence) / 2);
        return {
          low: gains.low * greatest + losses.high * least,
          high: gains.high * greatest + losses.low * least,
        };
      };
      return { method, interval };
    }
    const scaled = meanOf((value) => (value - least) / (greatest - least));
    const interval = (confidence: number): Interval => {
      const { low, high } = boundedMeanInterval(scaled, cases, confidence);
      return { low: least + low * (greatest - least), high: least + high * (greatest - least) };
    };
    return { method, interval };
  }
  if (cases >= LEAST_ALIKE && values.every((value) => value === values[0])) {
    const value = values[0]!;
    return { method: 'the same in every case', interval: () => ({ low: value, high: value }) };
  }
  return {
    method: 'too few cases that differ',
    interval: () => ({ low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }),
  };
};
