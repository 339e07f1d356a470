import type { Interval } from './interval.ts';
import { higherIsBetter } from './metrics.ts';
import type { RequirementSpec } from './requirement.ts';

/** The one bound of a requirement: which side of the limit is good, and what is held against it. */
export interface Bound {
  readonly about: 'metric' | 'difference';
  readonly good: 'at-least' | 'at-most';
  readonly limit: number;
}

/** Throws a RangeError unless exactly one bound is set, to a finite number, and a margin is not negative. */
export const boundOf = (requirement: RequirementSpec): Bound => {
  const { metric, min, max, notWorseBy } = requirement;
  const set = [min, max, notWorseBy].filter((bound) => bound !== undefined);
  if (set.length !== 1 || !Number.isFinite(set[0])) {
    throw new RangeError(`a requirement on ${metric} needs exactly one of min, max and notWorseBy`);
  }
  if (min !== undefined) return { about: 'metric', good: 'at-least', limit: min };
  if (max !== undefined) return { about: 'metric', good: 'at-most', limit: max };
  const margin = notWorseBy ?? 0;
  if (margin < 0) throw new RangeError(`notWorseBy on ${metric} is negative: ${margin}`);
  return higherIsBetter(metric)
    ? { about: 'difference', good: 'at-least', limit: margin === 0 ? 0 : -margin }
    : { about: 'difference', good: 'at-most', limit: margin };
};

/** The bound itself is good. `open`: the interval lies on both sides. */
export const sideOf = ({ good, limit }: Bound, { low, high }: Interval): 'good' | 'bad' | 'open' => {
  // Rounding in the last digits must not decide whether a share of exactly the limit holds.
  const slack = 1e-12 * Math.max(1, Math.abs(limit));
  const isAbove = low >= limit - slack;
  const isBelow = high <= limit + slack;
  if (good === 'at-least') return isAbove ? 'good' : high < limit - slack ? 'bad' : 'open';
  return isBelow ? 'good' : low > limit + slack ? 'bad' : 'open';
};
