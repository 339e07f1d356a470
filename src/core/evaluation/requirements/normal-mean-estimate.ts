import { criticalValue } from '../normal-quantile.ts';
import type { LevelEstimate } from './level-estimate.ts';

/**
 * A weighted mean over very many cases, with normal limits that are moved for skewness: mean + se (z + skewness (2 z^2 + 1) / (6 sqrt n)) at
 * both signs of z (Hall, "The Bootstrap and Edgeworth Expansion", 1992, section 3.6), to which BCa limits of a mean come close as n grows.
 */
export const normalMeanEstimate = (values: readonly number[], weights: readonly number[]): LevelEstimate => {
  const n = values.length;
  let sum = 0;
  let total = 0;
  for (let i = 0; i < n; i += 1) {
    sum += weights[i]! * values[i]!;
    total += weights[i]!;
  }
  const value = sum / total;
  let squares = 0;
  let cubes = 0;
  for (let i = 0; i < n; i += 1) {
    // By how much the mean hangs on this case.
    const pull = (n * weights[i]! * (values[i]! - value)) / total;
    squares += pull * pull;
    cubes += pull * pull * pull;
  }
  const variance = squares / n;
  const skewness = cubes / n / variance ** 1.5;
  return {
    value,
    n,
    method: 'normal, corrected for skewness',
    at: (confidence, growth) => {
      const cases = n * growth;
      const error = Math.sqrt(variance / cases);
      const z = criticalValue(confidence);
      const shift = (skewness * (2 * z * z + 1)) / (6 * Math.sqrt(cases));
      return { low: value + error * (shift - z), high: value + error * (shift + z) };
    },
  };
};
