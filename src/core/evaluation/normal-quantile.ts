import { normalDistribution } from './normal-distribution.ts';

/**
 * The z with a standard normal mass of `probability` below it, for probabilities from 1e-9 to 1 - 1e-9; Newton's
 * iteration on the distribution function.
 */
export const normalQuantile = (probability: number): number => {
  if (!(probability > 0 && probability < 1)) throw new RangeError(`no normal quantile at ${probability}`);
  if (probability > 0.5) return -normalQuantile(1 - probability);
  let z = 0;
  for (let i = 0; i < 100; i += 1) {
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    // Bounded steps keep the iteration inside the tail it climbs down.
    const step = Math.max(-1, Math.min(1, (normalDistribution(z) - probability) / density));
    z -= step;
    if (Math.abs(step) < 1e-14) break;
  }
  return z;
};

/** The two-sided critical value: 1.96 at a confidence of 0.95. */
export const criticalValue = (confidence: number): number => -normalQuantile((1 - confidence) / 2);
