import type { Estimate, Interval } from '../interval.ts';

/** An estimate that can be asked for its interval at any confidence, which is what a correction for several tests needs. */
export interface LevelEstimate {
  readonly value: number;
  /** Cases it rests on. */
  readonly n: number;
  /** What `n` counts. Default: cases. */
  readonly of?: 'requests';
  /** How the interval was made, in a few words. */
  readonly method: string;
  /** The two-sided interval after `growth` times as many cases that look like these; 1 is now. An end that is unknown is infinite. */
  readonly at: (confidence: number, growth: number) => Interval;
}

/** The estimate at one confidence, in the shape that `moreCases` reads. */
export const estimateAt = ({ value, n, method, at }: LevelEstimate, confidence: number): Estimate => ({
  value,
  n,
  method,
  ...at(confidence, 1),
  grown: (growth) => at(confidence, growth),
});

/** For intervals that are costly to make: each confidence is worked out once, and growth follows the square root of the number of cases. */
export const levelEstimate = (
  value: number,
  n: number,
  method: string,
  intervalAt: (confidence: number) => Interval,
): LevelEstimate => {
  const known = new Map<number, Interval>();
  return {
    value,
    n,
    method,
    at: (confidence, growth) => {
      let interval = known.get(confidence);
      if (interval === undefined) known.set(confidence, (interval = intervalAt(confidence)));
      const { low, high } = interval;
      return {
        low: value - (value - low) / Math.sqrt(growth),
        high: value + (high - value) / Math.sqrt(growth),
      };
    },
  };
};
