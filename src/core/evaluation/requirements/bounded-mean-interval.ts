import { binomialCdf } from '../incomplete-beta.ts';
import type { Interval } from '../interval.ts';

/**
 * Limits for the mean of n independent values in [0, 1], from their observed mean alone, that hold whatever the values are
 * distributed like: a sum of such values exceeds a number at most e times as often as a binomial count with the same mean
 * does, that one's tail interpolated between whole numbers on a logarithmic scale (Bentkus, "On Hoeffding's inequalities", Annals of
 * Probability 32, 2004). Wide; for samples that say nothing about their own spread.
 */
export const boundedMeanInterval = (mean: number, n: number, confidence: number): Interval => {
  if (!(n > 0)) return { low: 0, high: 1 };
  const tail = (1 - confidence) / 2;
  return { low: lowerLimit(mean, n, tail), high: 1 - lowerLimit(1 - mean, n, tail) };
};

const lowerLimit = (mean: number, n: number, tail: number): number => {
  if (mean <= 0) return 0;
  let low = 0;
  let high = mean;
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (Math.E * upperTail(mean * n, n, middle) <= tail) low = middle;
    else high = middle;
  }
  return low;
};

/** P(B >= sum) for B binomial. `n` and `sum` may be fractions (effective cases). */
const upperTail = (sum: number, n: number, share: number): number => {
  const trials = Math.floor(n + 1e-9);
  const scaled = Math.min(trials, (sum / n) * trials);
  const below = Math.floor(scaled + 1e-9);
  const atLeast = (k: number): number => (k > trials ? 0 : binomialCdf(trials - k, trials, 1 - share));
  const rest = Math.max(0, scaled - below);
  if (rest === 0) return atLeast(below);
  const next = atLeast(below + 1);
  return next <= 0 ? 0 : atLeast(below) ** (1 - rest) * next ** rest;
};
