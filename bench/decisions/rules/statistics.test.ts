import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/evaluation/seeded-random.ts';
import { drawBinomial, drawNormal } from '../../../src/simulator/world/draws.ts';
import { lowerLimitOfDifference } from './confidence-sequence.ts';
import { classifyMetric, scoreOf } from './kayenta-judge.ts';
import { shiftInterval } from './mann-whitney.ts';
import { failedShareOf, latencyQuantileMs, seeTraffic } from './seen-traffic.ts';

describe('the interval of the shift', () => {
  const normal = (random: () => number, mean: number) =>
    Array.from({ length: 60 }, () => mean + drawNormal(random));

  it('contains the true shift as often as it says, and not much more often', () => {
    const random = seededRandom(1, 'shift');
    let covered = 0;
    for (let run = 0; run < 300; run += 1) {
      const { low, high } = shiftInterval(normal(random, 0.7), normal(random, 0), 0.9);
      if (low <= 0.7 && high >= 0.7) covered += 1;
    }
    expect(covered / 300).toBeGreaterThan(0.85);
    expect(covered / 300).toBeLessThan(0.95);
  });

  it('is the median of the differences, and turns round with its samples', () => {
    const x = [1.1, 2.2, 3.3, 4.4, 0.5, 7.1];
    const y = [0.9, 1, 2.1, 2, 0.3];
    const there = shiftInterval(x, y, 0.9);
    const back = shiftInterval(y, x, 0.9);
    const differences = x.flatMap((one) => y.map((other) => one - other)).sort((a, b) => a - b);
    expect(there.shift).toBeGreaterThanOrEqual(differences[13]!);
    expect(there.shift).toBeLessThanOrEqual(differences[16]!);
    expect(there.low).toBeCloseTo(-back.high, 9);
  });
});

describe('the judge', () => {
  it('hardly ever calls equal series high, however many zeros they have', () => {
    const random = seededRandom(2, 'judge');
    const shares = () => Array.from({ length: 60 }, () => drawBinomial(random, 60, 0.01) / 60);
    let high = 0;
    for (let run = 0; run < 200; run += 1)
      if (classifyMetric({ canary: shares(), baseline: shares() }) === 'high') high += 1;
    expect(high).toBeLessThan(6);
  });

  it('calls a clear increase high, a decrease not, and constants by themselves', () => {
    const baseline = Array.from({ length: 60 }, (_, minute) => minute % 7);
    const canary = baseline.map((value) => value + 5);
    expect(classifyMetric({ canary, baseline })).toBe('high');
    expect(classifyMetric({ canary: baseline, baseline: canary })).toBe('pass');
    expect(classifyMetric({ canary: [0, 0], baseline: [0, 0] })).toBe('pass');
    expect(classifyMetric({ canary: [2, 2], baseline: [1, 1] })).toBe('high');
    expect(classifyMetric({ canary: [null], baseline: [1] })).toBe('no-data');
  });

  it('scores by the part that passes, and nothing when half of the metrics are missing', () => {
    expect(scoreOf(['pass', 'pass'])).toBe(100);
    expect(scoreOf(['pass', 'high'])).toBe(50);
    expect(scoreOf(['pass', 'no-data'])).toBe(0);
  });
});

describe('the confidence sequence', () => {
  const side = (units: number, mean: number) => ({ units, mean, variance: mean * (1 - mean) });

  it('errs less often than alpha although it is looked at a hundred times', () => {
    const random = seededRandom(3, 'sequence');
    let errors = 0;
    for (let run = 0; run < 300; run += 1) {
      const bad = { control: 0, treatment: 0 };
      for (let look = 1; look <= 100; look += 1) {
        bad.control += drawBinomial(random, 100, 0.2);
        bad.treatment += drawBinomial(random, 100, 0.2);
        const limit = lowerLimitOfDifference(
          side(look * 100, bad.control / (look * 100)),
          side(look * 100, bad.treatment / (look * 100)),
          0.05,
          5_000,
        );
        if (limit !== null && limit > 0) {
          errors += 1;
          break;
        }
      }
    }
    expect(errors / 300).toBeLessThanOrEqual(0.05);
    expect(errors).toBeGreaterThan(0);
  });

  it('has an opinion only where both sides have a variance', () => {
    expect(lowerLimitOfDifference(side(5_000, 0), side(5_000, 0.5), 0.05, 5_000)).toBeNull();
    expect(lowerLimitOfDifference(side(5_000, 0.01), side(5_000, 0.5), 0.05, 5_000)).toBeGreaterThan(0.4);
  });
});

describe('what Prometheus would say', () => {
  const request = (latencyMs: number, isFailed: boolean) => ({
    number: 0,
    startedAtMs: 0,
    track: 'candidate' as const,
    candidateShare: 0.5,
    key: null,
    replica: 0,
    copyOf: null,
    isMirrored: false,
    latencyMs,
    isFailed,
    isClientError: false,
    isSlow: false,
    differs: false,
  });

  it('counts within the window only, and interpolates quantiles within a bucket', () => {
    const seen = seeTraffic();
    for (let n = 0; n < 100; n += 1) seen.count(request(n < 98 ? 30 : 400, n % 10 === 0), 61_000);
    seen.count(request(30, true), 10_000);
    expect(failedShareOf(seen.over(120_000, 60_000))).toBe(0.1);
    expect(latencyQuantileMs(seen.over(120_000, 60_000), 0.99)).toBe(375);
    expect(failedShareOf(seen.over(60_000, 30_000))).toBeNull();
  });
});
