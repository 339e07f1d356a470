import { LIFTS, LOG_LIFTS } from './lifts.ts';

/**
 * Bets that a bad share is below a bound: as the bet above it, with the odds divided by each lift. Expected pay at
 * most 1 for every share from the bound upwards. Returns the log factors.
 */
export function betBelowBound(boundShare: number, bad: number, good: number): number[] {
  const factors = new Array<number>(LIFTS.length);
  for (let i = 0; i < factors.length; i++) {
    const logScale = Math.log1p(boundShare * (1 / LIFTS[i]! - 1));
    factors[i] = bad * (-LOG_LIFTS[i]! - logScale) - good * logScale;
  }
  return factors;
}
