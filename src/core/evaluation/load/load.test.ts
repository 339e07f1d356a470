import { describe, expect, it } from 'vitest';
import { seededRandom } from '../seeded-random.ts';
import { BLOCKS, blockPercentile, blockRate, blockShare } from './block-estimates.ts';
import { fallsBehind } from './falls-behind.ts';
import { sendTimes } from './send-times.ts';
import { studentQuantile } from './student-quantile.ts';

const exponential = (mean: number, random: () => number): number => -mean * Math.log(1 - random());

describe('sendTimes', () => {
  it('sends at even distances where the rate is fixed', () => {
    expect([...sendTimes('fixed', 4, 1_000, Math.random)]).toEqual([0, 250, 500, 750]);
    expect([...sendTimes('fixed', 3, 3_000, Math.random)]).toHaveLength(9);
  });

  it('draws gaps that have the mean and the spread of a Poisson process, the same for the same seed', () => {
    const times = [...sendTimes('poisson', 50, 400_000, seededRandom(1))];
    expect(times).toEqual([...sendTimes('poisson', 50, 400_000, seededRandom(1))]);
    // 20,000 expected, with a standard deviation of 141.
    expect(Math.abs(times.length - 20_000)).toBeLessThan(600);
    const gaps = times.slice(1).map((at, i) => at - times[i]!);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const sd = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    expect(sd / mean).toBeCloseTo(1, 1);
  });
});

describe('studentQuantile', () => {
  it('agrees with printed tables', () => {
    expect(studentQuantile(0.95, 29)).toBeCloseTo(2.045, 3);
    expect(studentQuantile(0.99, 10)).toBeCloseTo(3.169, 3);
    expect(studentQuantile(0.9, 1)).toBeCloseTo(6.314, 3);
  });
});

/** Waiting plus service in a queue with one server (Lindley's recursion): its times hang together, and their distribution is known. */
const queueTimes = (load: number, n: number, random: () => number): number[] => {
  const times: number[] = [];
  let waiting = 0;
  for (let i = -2_000; i < n; i += 1) {
    const service = exponential(1, random);
    if (i >= 0) times.push(waiting + service);
    waiting = Math.max(0, waiting + service - exponential(1 / load, random));
  }
  return times;
};

/** How often an interval misses the truth, in 400 stretches. */
const missedShare = (
  truth: number,
  interval: (random: () => number) => { readonly low: number; readonly high: number },
): number => {
  let missed = 0;
  for (let run = 0; run < 400; run += 1) {
    const { low, high } = interval(seededRandom(run, 'stretches'));
    if (truth < low || truth > high) missed += 1;
  }
  return missed / 400;
};

describe('intervals of requests that hang together', () => {
  // The time in an M/M/1 queue is exponential with the mean 1 / (1 - load).
  const timeBelow = (share: number, load: number): number => -Math.log(1 - share) / (1 - load);

  it.each([
    ['independent', 0, 0.95, 1_000, 0.07],
    ['half loaded', 0.5, 0.95, 2_000, 0.1],
    ['half loaded, far out', 0.5, 0.99, 2_000, 0.1],
    ['heavily loaded', 0.8, 0.95, 6_000, 0.12],
  ])('cover a percentile of %s requests nearly as often as they say', (_, load, at, n, most) => {
    const times = (random: () => number): number[] =>
      load === 0 ? Array.from({ length: n }, () => exponential(1, random)) : queueTimes(load, n, random);
    const missed = missedShare(timeBelow(at, load), (random) =>
      blockPercentile(times(random), at, [0, Number.POSITIVE_INFINITY])!.at(0.95, 1),
    );
    expect(missed).toBeLessThan(most);
  });

  it('cover a share of requests that fail in bursts', () => {
    // Stays good or bad for 20 requests on average; half of them are bad.
    const missed = missedShare(0.5, (random) => {
      let isBad = random() < 0.5;
      return blockShare(
        Array.from({ length: 3_000 }, () => {
          if (random() < 0.05) isBad = !isBad;
          return isBad;
        }),
      )!.at(0.95, 1);
    });
    expect(missed).toBeLessThan(0.1);
  });

  it('are those of independent requests at best', () => {
    const alternating = Array.from({ length: 600 }, (_, i) => i % 2 === 0);
    const { low, high } = blockShare(alternating)!.at(0.95, 1);
    expect(high - low).toBeGreaterThan(0.08);
  });

  it('leave everything open when there are too few requests for blocks', () => {
    const few = Array.from({ length: 10 * BLOCKS - 1 }, (_, i) => i);
    expect(blockPercentile(few, 0.5, [0, 5_000])!.at(0.95, 1)).toEqual({ low: 0, high: 5_000 });
    expect(blockShare(few.map(() => false))!.at(0.95, 1)).toEqual({ low: 0, high: 1 });
    expect(blockPercentile([], 0.5, [0, 1])).toBeNull();
  });

  it('cover a rate that is counted in slices of time', () => {
    const missed = missedShare(20, (random) => {
      const perSlice = new Array<number>(BLOCKS).fill(0);
      for (const atMs of sendTimes('poisson', 20, BLOCKS * 500, random))
        perSlice[Math.floor(atMs / 500)]! += 1;
      return blockRate(perSlice, 500, 300)!.at(0.95, 1);
    });
    expect(missed).toBeLessThan(0.09);
  });

  it('shrink with the number of requests that are to be expected', () => {
    const estimate = blockPercentile(queueTimes(0.5, 2_000, seededRandom(3)), 0.95, [0, 100])!;
    const [now, later] = [estimate.at(0.95, 1), estimate.at(0.95, 16)];
    expect(later.high - later.low).toBeLessThan((now.high - now.low) / 2);
  });
});

describe('fallsBehind', () => {
  it('tells a queue that grows from one that is long', () => {
    const random = seededRandom(5);
    const steady = Array.from({ length: 400 }, () => 40 + Math.floor(random() * 20));
    const growing = steady.map((under, i) => under + i / 4);
    expect(fallsBehind(steady)).toBe(false);
    expect(fallsBehind(growing)).toBe(true);
    expect(fallsBehind([1, 2, 3, 4])).toBe(false);
  });
});
