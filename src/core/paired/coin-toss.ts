import { binomialCdf } from '../evaluation/incomplete-beta.ts';

/** P(X <= hits) and P(X = hits) for X heads among `tosses` of a fair coin. */
export const coinToss = (
  hits: number,
  tosses: number,
): { readonly atMost: number; readonly exactly: number } => ({
  atMost: binomialCdf(hits, tosses, 0.5),
  exactly: exactly(hits, tosses),
});

/** The binomial coefficient times 2^-n: halves and factors take turns, so that nothing overflows on the way. */
const exactly = (hits: number, tosses: number): number => {
  const k = Math.min(hits, tosses - hits);
  if (k < 0) return 0;
  let value = 1;
  let halves = tosses;
  for (let i = 1; i <= k; i += 1) {
    value *= (tosses - k + i) / i;
    while (value > 1 && halves > 0) {
      value /= 2;
      halves -= 1;
    }
  }
  return value * 2 ** -halves;
};
