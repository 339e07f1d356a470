export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** An estimate with the range that the evidence leaves open. */
export interface Estimate extends Interval {
  readonly value: number;
  /** Cases it rests on; 0: nothing was measured. */
  readonly n: number;
  /** How the interval was made, in a few words for the record. */
  readonly method: string;
  /** The interval to expect from `growth` times as many cases that look like these. */
  readonly grown: (growth: number) => Interval;
}

/** The growth rule where no better one is at hand: distances shrink with the square root of the number of cases. */
export const grownBySquareRoot =
  (value: number, { low, high }: Interval) =>
  (growth: number): Interval => ({
    low: value - (value - low) / Math.sqrt(growth),
    high: value + (high - value) / Math.sqrt(growth),
  });

/** Widens an interval so that rounding never leaves its own estimate outside. */
export const around = (value: number, { low, high }: Interval): Interval => ({
  low: Math.min(low, value),
  high: Math.max(high, value),
});
