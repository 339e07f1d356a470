import type { Random } from '../seeded-random.ts';

/**
 * When the requests of an open loop are to be sent, in milliseconds since its beginning and below `lengthMs`. `fixed`: one every
 * 1/rate, from 0 on. `poisson`: gaps are drawn from the exponential distribution, as with many callers who know nothing of each other.
 */
export function* sendTimes(
  arrivals: 'poisson' | 'fixed',
  ratePerSecond: number,
  lengthMs: number,
  random: Random,
): Generator<number> {
  const gapMs = 1_000 / ratePerSecond;
  if (arrivals === 'fixed') {
    // Multiplied and not added up, so that rounding does not pile up.
    for (let i = 0; i * gapMs < lengthMs; i += 1) yield i * gapMs;
    return;
  }
  for (let atMs = exponential(gapMs, random); atMs < lengthMs; atMs += exponential(gapMs, random)) yield atMs;
}

const exponential = (mean: number, random: Random): number => -mean * Math.log(1 - random());
