import { describe, expect, it } from 'vitest';
import { betAboveBound } from './bet-above-bound.ts';
import { betBelowBound } from './bet-below-bound.ts';
import { betNotWorse, notWorsePay } from './bet-not-worse.ts';
import { betPairedNotWorse } from './bet-paired-not-worse.ts';
import { betPairedWorse } from './bet-paired-worse.ts';
import { betWorse } from './bet-worse.ts';
import { logMean } from './log-sum.ts';
import type { Tally } from './tally.ts';

// Exact expectations, no sampling: what one request pays on average over its track and outcome.
const none: Tally = { candidateBad: 0, candidateGood: 0, stableBad: 0, stableGood: 0 };
const rates = [0, 1e-9, 1e-6, 1e-4, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.999, 1 - 1e-6, 1];
const guesses = [1e-6, 1e-4, 0.01, 0.2, 0.5, 0.9, 0.999, 1 - 1e-6];
const shares = [1e-6, 0.01, 0.05, 0.5, 0.9, 0.95, 0.99, 0.999999];
const tolerance = 1e-9;

function averagePay(
  w: number,
  candidateRate: number,
  stableRate: number,
  logPay: (counts: Tally) => number,
): number {
  return (
    w * candidateRate * Math.exp(logPay({ ...none, candidateBad: 1 })) +
    w * (1 - candidateRate) * Math.exp(logPay({ ...none, candidateGood: 1 })) +
    (1 - w) * stableRate * Math.exp(logPay({ ...none, stableBad: 1 })) +
    (1 - w) * (1 - stableRate) * Math.exp(logPay({ ...none, stableGood: 1 }))
  );
}

describe('a request pays at most 1 on average if the null hypothesis is true', () => {
  it('worse than stable: for every candidate rate up to the stable rate, whatever the guess', () => {
    for (const w of shares)
      for (const guess of guesses)
        for (let lift = 0; lift < 8; lift++)
          for (const stable of rates)
            for (const candidate of rates.filter((rate) => rate <= stable)) {
              const pay = averagePay(w, candidate, stable, (counts) => betWorse(w, guess, counts)[lift]!);
              expect(Math.log(pay)).toBeLessThanOrEqual(tolerance);
            }
  });

  it('worse than stable: exactly 1 for equal rates, and more than 1 for the difference it bets on', () => {
    const pay = (candidate: number, stable: number) =>
      averagePay(0.05, candidate, stable, (counts) => betWorse(0.05, 0.01, counts)[4]!);
    for (const rate of rates) expect(pay(rate, rate)).toBeCloseTo(1, 12);
    expect(pay(0.05, 0.01)).toBeGreaterThan(1.001);
  });

  it('not worse by the margin: for every pair of rates at least the margin apart', () => {
    for (const w of shares)
      for (const guess of guesses)
        for (const margin of [0.001, 0.01, 0.1, 0.5]) {
          const payoff = notWorsePay(w, guess, margin);
          for (const stable of rates)
            for (const candidate of [stable + margin, ...rates].filter(
              (rate) => rate >= stable + margin && rate <= 1,
            )) {
              const pay = averagePay(w, candidate, stable, (counts) => betNotWorse(payoff, counts));
              expect(Math.log(pay)).toBeLessThanOrEqual(tolerance);
            }
        }
  });

  it('not worse by the margin: grows when both tracks are as guessed', () => {
    const payoff = notWorsePay(0.05, 0.01, 0.01);
    const growth =
      0.05 * (0.01 * payoff.candidateBad + 0.99 * payoff.candidateGood) +
      0.95 * (0.01 * payoff.stableBad + 0.99 * payoff.stableGood);
    expect(growth).toBeGreaterThan(0);
  });

  it('above and below a bound', () => {
    for (const bound of guesses)
      for (let lift = 0; lift < 8; lift++)
        for (const rate of rates) {
          const above =
            rate * Math.exp(betAboveBound(bound, 1, 0)[lift]!) +
            (1 - rate) * Math.exp(betAboveBound(bound, 0, 1)[lift]!);
          const below =
            rate * Math.exp(betBelowBound(bound, 1, 0)[lift]!) +
            (1 - rate) * Math.exp(betBelowBound(bound, 0, 1)[lift]!);
          if (rate <= bound) expect(Math.log(above)).toBeLessThanOrEqual(tolerance);
          if (rate >= bound) expect(Math.log(below)).toBeLessThanOrEqual(tolerance);
        }
  });

  it('mirrored pairs: worse, for every share of at most one half of the discordant pairs', () => {
    for (const share of [0, 0.1, 0.3, 0.5])
      for (let lift = 0; lift < 8; lift++) {
        const pay =
          share * Math.exp(betPairedWorse(1, 0)[lift]!) + (1 - share) * Math.exp(betPairedWorse(0, 1)[lift]!);
        expect(Math.log(pay)).toBeLessThanOrEqual(tolerance);
      }
  });

  it('mirrored pairs: not worse, for every difference of at least the margin', () => {
    for (const margin of [0.001, 0.02, 0.3, 0.9])
      for (const stableOnly of [0, 0.001, 0.02, 0.05])
        for (const candidateOnly of [stableOnly + margin, stableOnly + margin + 0.01, 1 - stableOnly])
          for (let stake = 0; stake < 8; stake++) {
            const alike = 1 - stableOnly - candidateOnly;
            if (alike < 0 || candidateOnly - stableOnly < margin) continue;
            const pay =
              candidateOnly * Math.exp(betPairedNotWorse(margin, 1, 0, 0)[stake]!) +
              stableOnly * Math.exp(betPairedNotWorse(margin, 0, 1, 0)[stake]!) +
              alike * Math.exp(betPairedNotWorse(margin, 0, 0, 1)[stake]!);
            expect(Math.log(pay)).toBeLessThanOrEqual(tolerance);
          }
  });
});

describe('hand-computed pays', () => {
  // w = 1/2, p = 1/2, r = 3: theta_c = 3/4, theta_0 = 5/8
  it('worse than stable', () => {
    const lift3 = (counts: Partial<Tally>) => betWorse(0.5, 0.5, { ...none, ...counts })[3]!;
    expect(lift3({ candidateBad: 1 })).toBeCloseTo(Math.log(6 / 5), 14);
    expect(lift3({ candidateGood: 1 })).toBeCloseTo(Math.log(2 / 3), 14);
    expect(lift3({ stableBad: 1 })).toBeCloseTo(Math.log(4 / 5), 14);
    expect(lift3({ stableGood: 1 })).toBeCloseTo(Math.log(4 / 3), 14);
  });

  // w = p = 1/2 and margin 1/5: by symmetry the nearest pair is (0.6, 0.4)
  it('not worse by the margin', () => {
    const pay = notWorsePay(0.5, 0.5, 0.2);
    expect(pay.candidateBad).toBeCloseTo(Math.log(5 / 6), 14);
    expect(pay.candidateGood).toBeCloseTo(Math.log(5 / 4), 14);
    expect(pay.stableBad).toBeCloseTo(Math.log(5 / 4), 14);
    expect(pay.stableGood).toBeCloseTo(Math.log(5 / 6), 14);
  });

  it('stays finite for a billion requests at rates 0 and 1', () => {
    for (const guess of [1e-6, 1 - 1e-6]) {
      const all = { candidateBad: 1e9, candidateGood: 1e9, stableBad: 1e9, stableGood: 1e9 };
      expect(Number.isFinite(logMean(betWorse(0.5, guess, all)))).toBe(true);
      expect(Number.isFinite(betNotWorse(notWorsePay(0.5, guess, 0.01), all))).toBe(true);
    }
  });
});
