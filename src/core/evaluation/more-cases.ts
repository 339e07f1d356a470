import type { Estimate, Interval } from './interval.ts';

/** Beyond so many times the present cases a number would be no help to anybody. */
const MOST_GROWTH = 10_000;

/**
 * About how many more cases would settle a question whose present answer is open, if the estimate stays where it is;
 * two significant digits, rounded up. Null when no number would (the estimate stands on the bound, or nothing was measured).
 */
export const moreCases = (estimate: Estimate, isSettled: (interval: Interval) => boolean): number | null => {
  if (estimate.n === 0 || isSettled({ low: estimate.value, high: estimate.value }) === false) return null;
  let high = 2;
  while (high <= MOST_GROWTH && !isSettled(estimate.grown(high))) high *= 2;
  if (high > MOST_GROWTH) return null;
  let low = high / 2;
  for (let i = 0; i < 12; i += 1) {
    const middle = (low + high) / 2;
    if (isSettled(estimate.grown(middle))) high = middle;
    else low = middle;
  }
  return roundedUp((high - 1) * estimate.n);
};

const roundedUp = (cases: number): number => {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, cases))) - 1);
  return Math.ceil(cases / unit - 1e-9) * unit;
};
