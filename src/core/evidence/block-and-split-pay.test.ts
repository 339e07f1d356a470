import { describe, expect, it } from 'vitest';
import { betNotWorse, notWorsePay } from './bet-not-worse.ts';
import { betWorse } from './bet-worse.ts';
import { LIFTS } from './lifts.ts';
import { openEvidence } from './open-evidence.ts';
import { SPLIT_LIFTS } from './play-assignment.ts';
import { absorb } from './rollout-evidence.ts';
import type { Tally } from './tally.ts';
import { cohort } from './testing/cohort.ts';

// Exact expectations, no sampling.
const TOLERANCE = 1e-9;
const none: Tally = { candidateBad: 0, candidateGood: 0, stableBad: 0, stableGood: 0 };
const rates = [0, 1e-9, 1e-6, 1e-4, 0.01, 0.05, 0.2, 0.5, 0.8, 0.99, 1 - 1e-6, 1];
const guesses = [1e-6, 1e-5, 1e-3, 0.01, 0.1, 0.5, 0.9, 0.999, 1 - 1e-5, 1 - 1e-6];
const coins = [1e-4, 1e-3, 0.01, 0.05, 0.3, 0.5, 0.7, 0.95, 0.999, 1 - 1e-4];
const margins = [1e-4, 0.001, 0.01, 0.1, 0.5, 0.9];

/** Average pay of one candidate and one stable request, each given its track. */
function averages(candidateRate: number, stableRate: number, logPay: (counts: Tally) => number) {
  const pay = (counts: Partial<Tally>) => Math.exp(logPay({ ...none, ...counts }));
  return {
    candidate: candidateRate * pay({ candidateBad: 1 }) + (1 - candidateRate) * pay({ candidateGood: 1 }),
    stable: stableRate * pay({ stableBad: 1 }) + (1 - stableRate) * pay({ stableGood: 1 }),
  };
}

describe('extreme guesses and coins', () => {
  it('worse: pays at most 1 on average for every pair of rates in the null', () => {
    for (const w of coins)
      for (const guess of guesses)
        for (let lift = 0; lift < LIFTS.length; lift++)
          for (const stable of rates)
            for (const candidate of rates.filter((rate) => rate <= stable)) {
              const pays = averages(candidate, stable, (counts) => betWorse(w, guess, counts)[lift]!);
              const logPay = Math.log(w * pays.candidate + (1 - w) * pays.stable);
              if (!(logPay <= TOLERANCE)) expect.fail(`w ${w} p ${guess}: ${logPay}`);
            }
  });

  it('not worse: pays at most 1 on average for every pair of rates in the null', () => {
    for (const w of coins)
      for (const guess of guesses)
        for (const margin of margins) {
          const payoff = notWorsePay(w, guess, margin);
          for (const stable of rates)
            for (const candidate of [stable + margin, ...rates]) {
              if (candidate < stable + margin || candidate > 1) continue;
              const pays = averages(candidate, stable, (counts) => betNotWorse(payoff, counts));
              const logPay = Math.log(w * pays.candidate + (1 - w) * pays.stable);
              if (!(logPay <= TOLERANCE)) expect.fail(`w ${w} p ${guess} margin ${margin}: ${logPay}`);
            }
        }
  });
});

describe('a block of a foreign router, given how many requests each track got', () => {
  const blocks = [
    [1, 1],
    [1, 99],
    [99, 1],
    [7, 93],
    [5_000, 95_000],
    [500_000, 500_000],
  ] as const;

  it('worse: pays at most 1 on average', () => {
    for (const [nc, ns] of blocks)
      for (const guess of guesses)
        for (let lift = 0; lift < LIFTS.length; lift++)
          for (const stable of rates)
            for (const candidate of rates.filter((rate) => rate <= stable)) {
              const w = nc / (nc + ns);
              const pays = averages(candidate, stable, (counts) => betWorse(w, guess, counts)[lift]!);
              const logPay = nc * Math.log(pays.candidate) + ns * Math.log(pays.stable);
              if (!(logPay <= TOLERANCE)) expect.fail(`${nc}/${ns} p ${guess}: ${logPay}`);
            }
  });

  it('not worse: pays at most 1 on average', () => {
    for (const [nc, ns] of blocks)
      for (const guess of guesses)
        for (const margin of margins) {
          const payoff = notWorsePay(nc / (nc + ns), guess, margin);
          for (const stable of rates)
            for (const candidate of [stable + margin, ...rates]) {
              if (candidate < stable + margin || candidate > 1) continue;
              const pays = averages(candidate, stable, (counts) => betNotWorse(payoff, counts));
              const logPay = nc * Math.log(pays.candidate) + ns * Math.log(pays.stable);
              if (!(logPay <= TOLERANCE)) expect.fail(`${nc}/${ns} p ${guess} margin ${margin}: ${logPay}`);
            }
        }
  });
});

it('the test of the split pays exactly 1 on average while the coin is obeyed', () => {
  for (const w of coins) {
    const logPays = (tracks: Parameters<typeof cohort>[1]) => {
      const evidence = openEvidence({
        guards: [{ name: 'errors', marginShare: 0.01 }],
        alphaRollback: 0.001,
        alphaAdvance: 0.05,
      });
      absorb(evidence, cohort(0, tracks, { candidateShare: w }));
      return evidence.assignment.process.logWealth;
    };
    const candidate = logPays({ candidate: [1, 0, 1] });
    const stable = logPays({ stable: [1, 0, 1] });
    SPLIT_LIFTS.forEach((_, i) => {
      const pay = w * Math.exp(candidate[i]!) + (1 - w) * Math.exp(stable[i]!);
      expect(Math.abs(Math.log(pay))).toBeLessThanOrEqual(TOLERANCE);
    });
  }
});
