import { normalQuantile } from '../../../src/core/evaluation/normal-quantile.ts';

export interface ShiftEstimate {
  /** Hodges and Lehmann's estimate of how much higher `x` is than `y`. */
  readonly shift: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The shift between two samples with the interval that inverts the Mann-Whitney U test: normal approximation, corrected for ties and
 * continuity, as R's `wilcox.test(exact = FALSE, conf.int = TRUE)` computes it and Kayenta after it (Bauer, "Constructing confidence
 * sets using rank statistics", JASA 67, 1972). Neither sample may be empty; at least two values must differ.
 *
 * The statistic jumps at the differences x - y and is constant in between, so limits are such differences. Both originals search with a
 * tolerance of 1e-4 and may stop a little beside one; with many equal values that alone can decide whether a limit is above 0.
 */
export const shiftInterval = (
  x: readonly number[],
  y: readonly number[],
  confidence: number,
): ShiftEstimate => {
  const lowest = Math.min(...x) - Math.max(...y);
  const highest = Math.max(...x) - Math.min(...y);
  const differences = x.flatMap((one) => y.map((other) => one - other)).sort((a, b) => a - b);
  const z = -normalQuantile((1 - confidence) / 2);
  const rootOf = (quantile: number): number => {
    const excess = (shift: number): number => standardised(x, y, shift) - quantile;
    if (excess(lowest) <= 0) return lowest;
    if (excess(highest) >= 0) return highest;
    let low = lowest;
    let high = highest;
    for (let i = 0; i < 60 && high - low > 1e-12 * (highest - lowest); i += 1) {
      const middle = (low + high) / 2;
      if (excess(middle) > 0) low = middle;
      else high = middle;
    }
    return nearest(differences, (low + high) / 2);
  };
  return { shift: rootOf(0), low: rootOf(z), high: rootOf(-z) };
};

const nearest = (sorted: readonly number[], value: number): number =>
  sorted.reduce((best, one) => (Math.abs(one - value) < Math.abs(best - value) ? one : best));

/** The U statistic of x - shift against y, centred, corrected for continuity and divided by its standard deviation. */
const standardised = (x: readonly number[], y: readonly number[], shift: number): number => {
  const values = [
    ...x.map((value) => ({ value: value - shift, isX: true })),
    ...y.map((value) => ({ value, isX: false })),
  ].sort((a, b) => a.value - b.value);
  const n = values.length;
  let ranksOfX = 0;
  let ties = 0;
  for (let from = 0; from < n; ) {
    let to = from;
    let xs = 0;
    while (to < n && values[to]!.value === values[from]!.value) {
      if (values[to]!.isX) xs += 1;
      to += 1;
    }
    const tied = to - from;
    ranksOfX += (xs * (from + 1 + to)) / 2;
    ties += tied ** 3 - tied;
    from = to;
  }
  const pairs = x.length * y.length;
  const centred = ranksOfX - (x.length * (x.length + 1)) / 2 - pairs / 2;
  const deviation = Math.sqrt((pairs / 12) * (n + 1 - ties / (n * (n - 1))));
  if (deviation === 0) throw new RangeError('all values are the same');
  return (centred - Math.sign(centred) * 0.5) / deviation;
};
