import { describe, expect, it } from 'vitest';
import { betMeanAbove, betMeanBelow, type LevelTally, MEAN_STAKES } from './bet-mean.ts';
import { MEAN_STEPS } from './cohort-update.ts';
import { logMean } from './log-sum.ts';
import { seededRandom } from './testing/seeded-random.ts';

// Exact expectations, no sampling.
const TOLERANCE = 1e-9;
const coins = [1e-4, 0.01, 0.05, 0.3, 0.5, 0.95, 1 - 1e-4];
const centres = [1e-6, 0.01, 0.3, 0.5, 0.99, 1 - 1e-6];
const differences = [-0.9, -0.3, -0.01, 0, 0.01, 0.3, 0.9];

type Bet = typeof betMeanAbove;
type Distribution = readonly number[];

const levels = MEAN_STEPS + 1;
const none = (): number[] => new Array<number>(levels).fill(0);

const meanOf = (shape: Distribution): number =>
  shape.reduce((sum, chance, level) => sum + (chance * level) / MEAN_STEPS, 0);

/** All weight on two levels, with the given mean. */
function twoPoint(low: number, high: number, mean: number): Distribution {
  const shape = none();
  const up = (mean * MEAN_STEPS - low) / (high - low);
  shape[low]! += 1 - up;
  shape[high]! += up;
  return shape;
}

function anyShape(random: () => number): Distribution {
  const weights = none().map(() => (random() < 0.4 ? 0 : random() ** 4));
  weights[Math.floor(random() * levels)]! += 0.01;
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}

/** Pay of one request of each track and level, for every stake: `pays[track][level][stake]`. */
function paysOf(bet: Bet, w: number, centre: number, difference: number) {
  const one = (track: keyof LevelTally) =>
    none().map((_, level) => {
      const counts = { stable: none(), candidate: none() };
      counts[track][level] = 1;
      return bet(w, centre, difference, counts).map((log) => {
        expect(Number.isFinite(log)).toBe(true);
        return Math.exp(log);
      });
    });
  return { stable: one('stable'), candidate: one('candidate') };
}

const average = (pays: number[][], shape: Distribution, stake: number): number =>
  shape.reduce((sum, chance, level) => sum + chance * pays[level]![stake]!, 0);

const random = seededRandom(11);
const shapes: Distribution[] = [
  ...Array.from({ length: 5 }, () => anyShape(random)),
  twoPoint(0, 16, 0),
  twoPoint(0, 16, 1),
  twoPoint(0, 16, 0.01),
  twoPoint(0, 1, 0.01),
  twoPoint(15, 16, 0.99),
  twoPoint(7, 9, 0.5),
];

describe.each([
  ['above', betMeanAbove, 1],
  ['below', betMeanBelow, -1],
] as const)('a bet that the means differ by %s', (_, bet, sign) => {
  it('pays at most 1 on average in its null, for any coin, centre, difference and shape', () => {
    let worst = -Infinity;
    let pairs = 0;
    for (const w of coins)
      for (const centre of centres)
        for (const difference of differences) {
          const pays = paysOf(bet, w, centre, difference);
          for (const stable of shapes)
            for (const candidate of [...shapes, ...atEdge(stable, difference)]) {
              if (sign * (meanOf(candidate) - meanOf(stable) - difference) > 1e-15) continue;
              pairs += 1;
              for (let stake = 0; stake < MEAN_STAKES.length; stake++) {
                const pay =
                  w * average(pays.candidate, candidate, stake) +
                  (1 - w) * average(pays.stable, stable, stake);
                worst = Math.max(worst, Math.log(pay));
              }
            }
        }
    expect(pairs).toBeGreaterThan(10_000);
    expect(worst).toBeLessThanOrEqual(TOLERANCE);
    // The edge of the null is fair, so the bet is not wasted either.
    expect(worst).toBeGreaterThan(-TOLERANCE);
  });

  it('pays at most 1 on average for a block whose counts are given, with n_c/n in place of the coin', () => {
    for (const [nc, ns] of [
      [1, 1],
      [1, 999],
      [3, 7],
      [500, 500],
      [999, 1],
    ] as const)
      for (const centre of centres)
        for (const difference of differences) {
          const pays = paysOf(bet, nc / (nc + ns), centre, difference);
          for (const stable of shapes)
            for (const candidate of [...shapes, ...atEdge(stable, difference)]) {
              if (sign * (meanOf(candidate) - meanOf(stable) - difference) > 1e-15) continue;
              for (let stake = 0; stake < MEAN_STAKES.length; stake++) {
                const logPay =
                  nc * Math.log(average(pays.candidate, candidate, stake)) +
                  ns * Math.log(average(pays.stable, stable, stake));
                if (!(logPay <= TOLERANCE)) expect.fail(`${nc}/${ns} ${centre} ${difference}: ${logPay}`);
              }
            }
        }
  });

  it('grows by the number of requests, and stays finite for a billion of the worst', () => {
    const counts = { stable: none(), candidate: none() };
    counts.candidate[16] = 1e9;
    counts.candidate[0] = 1e9;
    counts.stable[0] = 1e9;
    counts.stable[16] = 1e9;
    for (const w of coins)
      for (const centre of centres)
        for (const difference of differences)
          expect(Number.isFinite(logMean(bet(w, centre, difference, counts)))).toBe(true);
  });
});

/** Candidates exactly on the edge of the null, of three shapes, where there are any. */
function atEdge(stable: Distribution, difference: number): Distribution[] {
  const mean = meanOf(stable) + difference;
  if (mean < 0 || mean > 1) return [];
  const below = Math.min(15, Math.floor(mean * MEAN_STEPS));
  return [twoPoint(0, 16, mean), twoPoint(below, below + 1, mean)];
}

// w = 1/2, m = 1/2, difference 0: Z = +-2 (x - 1/2), reach 1; the stake 0.95 on a candidate's worst pays 1.95
it('pays what its formula says', () => {
  const worst = { stable: none(), candidate: none() };
  worst.candidate[16] = 1;
  const best = { stable: none(), candidate: none() };
  best.stable[16] = 2;
  expect(betMeanAbove(0.5, 0.5, 0, worst)[7]).toBeCloseTo(Math.log(1.95), 14);
  expect(betMeanAbove(0.5, 0.5, 0, best)[7]).toBeCloseTo(2 * Math.log(0.05), 14);
  expect(betMeanBelow(0.5, 0.5, 0, best)[0]).toBeCloseTo(2 * Math.log(1.01), 14);
});
