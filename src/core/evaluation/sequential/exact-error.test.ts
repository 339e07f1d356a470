import { describe, expect, it } from 'vitest';
import { playMeanBet, startMeanBet } from './mean-bet.ts';

// What simulation can only sample is here worked out for every way the cases can fall.

/** All orders of so many zeros and ones. */
const orders = (zeros: number, ones: number): number[][] => {
  if (zeros === 0 && ones === 0) return [[]];
  return [
    ...(zeros > 0 ? orders(zeros - 1, ones).map((rest) => [0, ...rest]) : []),
    ...(ones > 0 ? orders(zeros, ones - 1).map((rest) => [1, ...rest]) : []),
  ];
};

describe('a set of 12 cases, in each of its orders', () => {
  const cases = 12;
  for (const bound of [0.25, 0.5, 0.7, 0.75]) {
    it(`with a mean of at most ${bound}, the stake is worth at most 1 on average after each case, and seldom much at any time`, () => {
      for (let ones = 0; ones <= bound * cases; ones += 1) {
        const all = orders(cases - ones, ones);
        const total = new Array<number>(cases).fill(0);
        const reached = new Map([2, 5, 20].map((e) => [e, 0]));
        for (const order of all) {
          const bet = startMeanBet(bound, cases, false);
          order.forEach((value, i) => {
            playMeanBet(bet, value);
            total[i]! += bet.logWealth.reduce((sum, log) => sum + Math.exp(log), 0) / bet.logWealth.length;
          });
          for (const [e, times] of reached) if (bet.peakLogE >= Math.log(e)) reached.set(e, times + 1);
        }
        for (const sum of total) expect(sum / all.length).toBeLessThanOrEqual(1 + 1e-9);
        for (const [e, times] of reached) expect(times / all.length).toBeLessThanOrEqual(1 / e);
      }
    });
  }
});

/** The probability that a bet on independent zeros and ones ever reaches an e-value, by going through all counts. */
const probabilityOfReaching = (e: number, bound: number, share: number, cases: number): number => {
  // Without a fixed number of cases the wealth depends on the counts alone, so a path of any order will do.
  const wealthAt = (zeros: number, ones: number): boolean => {
    const { logWealth } = startMeanBet(bound, null, false);
    const afterOne = startMeanBet(bound, null, false);
    const afterZero = startMeanBet(bound, null, false);
    playMeanBet(afterOne, 1);
    playMeanBet(afterZero, 0);
    const logs = logWealth.map((_, i) => ones * afterOne.logWealth[i]! + zeros * afterZero.logWealth[i]!);
    const high = Math.max(...logs);
    return (
      high + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - high), 0) / logs.length) >= Math.log(e)
    );
  };
  let alive = [1];
  let reached = 0;
  for (let n = 1; n <= cases; n += 1) {
    const next = new Array<number>(n + 1).fill(0);
    alive.forEach((mass, ones) => {
      next[ones]! += mass * (1 - share);
      next[ones + 1]! += mass * share;
    });
    // More ones, more wealth: those that have reached it lie at the end.
    for (let ones = n; ones >= 0 && (next[ones] === 0 || wealthAt(n - ones, ones)); ones -= 1) {
      reached += next[ones]!;
      next[ones] = 0;
    }
    alive = next;
  }
  return reached;
};

describe('draws from a population', () => {
  it.each([
    [0.9, 40],
    [0.5, 40],
    [0.97, 20],
  ])(
    'with a mean of exactly %d, an e-value of %d is reached at most as often as stated over 1,000 cases',
    (bound, e) => {
      const found = probabilityOfReaching(e, bound, bound, 1000);
      expect(found).toBeLessThanOrEqual(1 / e);
      // And not much less, or the bound would be bought with too many calls.
      expect(found).toBeGreaterThan(0.1 / e);
    },
  );

  it('reaches it nearly always when the mean is 5 points higher', () => {
    expect(probabilityOfReaching(40, 0.9, 0.95, 1000)).toBeGreaterThan(0.98);
  });
});
