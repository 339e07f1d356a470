import { inverseIncompleteBeta } from './incomplete-beta.ts';
import type { Estimate, Interval } from './interval.ts';
import { around } from './interval.ts';

/**
 * Clopper and Pearson's interval for a share ("The use of confidence or fiducial limits illustrated in the case of the
 * binomial", Biometrika 26, 1934): it covers at least as often as it says at every true share, which is what a gate
 * needs; Wilson's is narrower and now and then covers less. Counts may be fractional (weighted cases).
 * Nothing counted leaves everything open: [0, 1].
 */
export const shareInterval = (hits: number, total: number, confidence: number): Interval => {
  if (total <= 0) return { low: 0, high: 1 };
  const tail = (1 - confidence) / 2;
  const misses = total - hits;
  return around(hits / total, {
    low: hits <= 0 ? 0 : inverseIncompleteBeta(tail, hits, misses + 1),
    high: misses <= 0 ? 1 : 1 - inverseIncompleteBeta(tail, misses, hits + 1),
  });
};

/** A weighted count of hits among cases. `squares` is the sum of squared weights. */
export interface Share {
  readonly hits: number;
  readonly total: number;
  readonly squares: number;
  readonly n: number;
}

/** How many equally weighted cases carry as much information (Kish, "Survey Sampling", 1965). */
export const effectiveCases = (total: number, squares: number): number =>
  squares === 0 ? 0 : (total * total) / squares;

/** `transform` must be increasing; it carries the interval along. */
export const shareEstimate = (
  share: Share,
  confidence: number,
  method = 'Clopper-Pearson',
  transform: (share: number) => number = (x) => x,
): Estimate => {
  const value = share.total === 0 ? 0 : share.hits / share.total;
  const cases = effectiveCases(share.total, share.squares);
  const grown = (growth: number): Interval => {
    const { low, high } = shareInterval(value * cases * growth, cases * growth, confidence);
    return { low: transform(low), high: transform(high) };
  };
  const weighted = Math.abs(cases - share.n) > 1e-9 * share.n;
  return {
    value: transform(value),
    ...grown(1),
    n: share.n,
    method: weighted ? `${method}, effective cases ${cases.toFixed(1)} (Kish)` : method,
    grown,
  };
};
