import { quantileOf, quantileRank, quantileRanks } from '../quantile.ts';
import { seededRandom } from '../seeded-random.ts';
import type { LevelEstimate } from './level-estimate.ts';
import { levelEstimate } from './level-estimate.ts';
import type { Resampling } from './resampled-estimate.ts';

/**
 * A percentile over cases with the order statistics that the binomial distribution gives (David, Nagaraja, "Order Statistics", 3rd ed.,
 * section 7.1). An end for which there are too few cases is the end of the range, which may be infinite. Null without values.
 */
export const percentileEstimate = (
  values: readonly number[],
  at: number,
  [least, greatest]: readonly [number, number],
): LevelEstimate | null => {
  const n = values.length;
  if (n === 0) return null;
  const sorted = Float64Array.from(values).sort();
  return {
    value: quantileOf(sorted, at),
    n,
    method: 'order statistics, binomial ranks',
    at: (confidence, growth) => {
      const ranks = quantileRanks(Math.round(n * growth), at, confidence);
      const low = Math.floor(ranks.low / growth);
      const high = Math.ceil(ranks.high / growth);
      return {
        low: low < 1 ? least : sorted[Math.min(low, n) - 1]!,
        high: high > n ? greatest : sorted[high - 1]!,
      };
    },
  };
};

/** More resamples for farther tails, fewer (never below 500) where the cases are so many that it would take seconds. */
const resamplesFor = (tail: number, n: number): number =>
  Math.min(Math.max(2000, Math.ceil(50 / tail)), Math.max(500, Math.floor(40_000_000 / n)));

/**
 * The difference of a percentile, candidate minus baseline, on the same cases: the percentile bootstrap over cases (Efron, Tibshirani, "An
 * Introduction to the Bootstrap", 1993, chapter 13). Two made-up cases, in each of which one side alone stands at the end of the range,
 * keep it open where the cases are too few to know a far percentile. Null without pairs.
 */
export const percentileDifference = (
  candidate: readonly number[],
  baseline: readonly number[],
  at: number,
  range: readonly [number, number],
  { seed, stream }: Resampling,
): LevelEstimate | null => {
  const n = candidate.length;
  if (n === 0) return null;
  const [least, greatest] = range;
  const a = percentileUnder([...candidate, greatest, least], at);
  const b = percentileUnder([...baseline, least, greatest], at);
  const value = percentileUnder(candidate, at)(null) - percentileUnder(baseline, at)(null);
  const drawn = new Int32Array(n + 2);
  return levelEstimate(
    value,
    n,
    'paired bootstrap with one case at the end of the range each way',
    (confidence) => {
      const tail = (1 - confidence) / 2;
      const random = seededRandom(seed, stream);
      const found = Float64Array.from({ length: resamplesFor(tail, n) }, () => {
        drawn.fill(0);
        for (let i = 0; i < drawn.length; i += 1) {
          const one = Math.floor(random() * drawn.length);
          drawn[one] = drawn[one]! + 1;
        }
        return differenceOf(a(drawn), b(drawn));
      }).sort();
      const cut = Math.floor(found.length * tail);
      if (cut < 5) return { low: -Infinity, high: Infinity };
      return { low: Math.min(value, found[cut]!), high: Math.max(value, found[found.length - 1 - cut]!) };
    },
  );
};

/** Both at the same infinite end are equal. */
const differenceOf = (a: number, b: number): number => (a === b ? 0 : a - b);

const percentileUnder = (values: readonly number[], at: number) => {
  const order = Int32Array.from(values.keys()).sort((i, j) => values[i]! - values[j]! || i - j);
  const rank = quantileRank(values.length, at);
  return (times: Int32Array | null): number => {
    let left = rank;
    for (const i of order) {
      left -= times === null ? 1 : times[i]!;
      if (left <= 0) return values[i]!;
    }
    return values[order.at(-1)!]!;
  };
};
