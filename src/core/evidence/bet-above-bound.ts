import { LIFTS, LOG_LIFTS } from './lifts.ts';

/**
 * Bets that a bad share is above a bound: the likelihood ratio of a share with r times the odds against the bound itself, for
 * each lift r. Expected pay at most 1 for every share up to the bound. Returns the log factors.
 */
export function betAboveBound(boundShare: number, bad: number, good: number): number[] {
  const factors = new Array<number>(LIFTS.length);
  for (let i = 0; i < factors.length; i++) {
    const logScale = Math.log1p(boundShare * (LIFTS[i]! - 1));
    factors[i] = bad * (LOG_LIFTS[i]! - logScale) - good * logScale;
  }
  return factors;
}
