import { expect, it } from 'vitest';
import type { CoverageWorld } from './coverage-world.ts';
import { CEILING_MS, drawPairs, truthOf } from './coverage-world.ts';
import type { Interval } from './interval.ts';
import { measure } from './metrics.ts';
import { pairedSharesInterval } from './paired-shares.ts';
import type { MetricName } from './requirement.ts';
import { seededRandom } from './seeded-random.ts';

// How often limits at 95 % miss a known truth. Each tail apart, because a gate is decided on one of them: a lower limit
// above the truth is a wrong pass. Seeded, so the counts never change. Resampled intervals: coverage.slow.test.ts.

const even = { together: 0, meanMs: [40, 40] as const };
const worlds: readonly CoverageWorld[] = [
  { ...even, share: 0.5, candidate: [0.97, 0.97], stable: [0.97, 0.97] },
  { ...even, share: 0.3, candidate: [0.9, 0.98], stable: [0.9, 0.98] },
  { ...even, share: 0.5, candidate: [0.7, 0.8], stable: [0.7, 0.8] },
];

const metrics: readonly [MetricName, 'a' | null][] = [
  ['accuracy', 'a'],
  ['precision', 'a'],
  ['recall', 'a'],
  ['f1', 'a'],
  ['precision', null],
  ['recall', null],
  ['f1', null],
  ['latency_p50_ms', 'a'],
  ['latency_p95_ms', 'a'],
  ['latency_p99_ms', 'a'],
];

it.each(metrics)('each limit of %s (positive: %s) is wrong at most once in 40 times', (metric, positive) => {
  const runs = 400;
  for (const world of worlds) {
    const real = truthOf(world, 'candidate', metric, positive);
    for (const n of [40, 300]) {
      const random = seededRandom(11, `${metric} ${positive} ${n}`);
      let tooHigh = 0;
      let tooLow = 0;
      for (let run = 0; run < runs; run += 1) {
        const outcomes = drawPairs(world, n, random).map((pair) => pair.candidate);
        const found = measure(metric, outcomes, { positive, confidence: 0.95, ceilingMs: CEILING_MS })!;
        if (found.low > real + 1e-12) tooHigh += 1;
        if (found.high < real - 1e-12) tooLow += 1;
      }
      // Of 400 at 2.5 %, more than 20 are counted in 1 of 1,000 series.
      expect(tooHigh).toBeLessThanOrEqual(20);
      expect(tooLow).toBeLessThanOrEqual(20);
    }
  }
});

// n, probabilities of "only the candidate right" and of "only stable right".
const paired: readonly [number, number, number][] = [
  [40, 0.1, 0.1],
  [300, 0.02, 0.02],
  [300, 0.19, 0.19],
  [400, 0.01, 0.03],
  [400, 0, 0.02],
  [100, 0.02, 0.07],
];

it.each(paired)(
  'paired shares (%d cases, %d, %d): wrong passes stay at 2.5 %%, wrong fails below 3.5 %%',
  (n, b, c) => {
    const runs = 10_000;
    const random = seededRandom(99, `${n} ${b} ${c}`);
    const known = new Map<string, Interval>();
    let tooHigh = 0;
    let tooLow = 0;
    for (let run = 0; run < runs; run += 1) {
      let onlyCandidate = 0;
      let onlyStable = 0;
      for (let i = 0; i < n; i += 1) {
        const u = random();
        if (u < b) onlyCandidate += 1;
        else if (u < b + c) onlyStable += 1;
      }
      const key = `${onlyCandidate}/${onlyStable}`;
      const found = known.get(key) ?? pairedSharesInterval({ onlyCandidate, onlyStable, total: n }, 0.95);
      known.set(key, found);
      if (found.low > b - c + 1e-12) tooHigh += 1;
      if (found.high < b - c - 1e-12) tooLow += 1;
    }
    // Three standard errors of 10,000 runs are 0.5 %.
    expect(tooHigh / runs).toBeLessThan(0.03);
    expect(tooLow / runs).toBeLessThan(0.04);
  },
);
