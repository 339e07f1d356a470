import { expect, it } from 'vitest';
import type { CoverageWorld } from './coverage-world.ts';
import { CEILING_MS, drawPairs, truthOf } from './coverage-world.ts';
import { measureDifference } from './metrics.ts';
import type { MetricName } from './requirement.ts';
import { seededRandom } from './seeded-random.ts';

// Resampled differences, on equal releases and on really worse candidates, where a wrong limit is a wrong verdict.

const worlds: readonly (CoverageWorld & { readonly name: string })[] = [
  {
    name: 'equal',
    share: 0.5,
    candidate: [0.97, 0.97],
    stable: [0.97, 0.97],
    together: 0.8,
    meanMs: [40, 40],
  },
  { name: 'worse', share: 0.5, candidate: [0.9, 0.92], stable: [0.98, 0.97], together: 0, meanMs: [60, 40] },
  {
    name: 'much worse',
    share: 0.3,
    candidate: [0.6, 0.8],
    stable: [0.95, 0.95],
    together: 0.3,
    meanMs: [80, 20],
  },
];

// A p99 of fewer than about 300 cases has the ceiling as its limit and cannot be wrong, so it gets more.
const metrics: readonly [MetricName, 'a' | null, readonly number[]][] = [
  ['precision', 'a', [40, 200]],
  ['f1', 'a', [40, 200]],
  ['recall', null, [40, 200]],
  ['f1', null, [40, 200]],
  ['latency_p50_ms', 'a', [40, 200]],
  ['latency_p95_ms', 'a', [200]],
  ['latency_p99_ms', 'a', [600]],
];

const RUNS = 200;
/** Of 200 runs at 2.5 % more than 12 are counted in 1 of 500 series: what is approximate may be so by little. */
const MOST_MISSES = 12;

it.each(metrics)(
  'each limit of the difference of %s (positive: %s) is wrong about once in 40 times',
  (metric, positive, sizes) => {
    for (const world of worlds) {
      const real = truthOf(world, 'candidate', metric, positive) - truthOf(world, 'stable', metric, positive);
      for (const n of sizes) {
        const random = seededRandom(12, `${metric} ${positive} ${n}`);
        let tooHigh = 0;
        let tooLow = 0;
        let isOpen = 0;
        for (let run = 0; run < RUNS; run += 1) {
          const found = measureDifference(
            metric,
            drawPairs(world, n, random),
            { positive, confidence: 0.95, ceilingMs: CEILING_MS },
            seededRandom(run, 'resampling'),
          )!;
          if (found.low > real + 1e-12) tooHigh += 1;
          if (found.high < real - 1e-12) tooLow += 1;
          if (found.high > CEILING_MS / 2) isOpen += 1;
        }
        console.log(
          `${metric} ${positive} ${world.name} n=${n}: wrong low ${tooHigh}, wrong high ${tooLow} of ${RUNS}`,
        );
        expect(tooHigh).toBeLessThanOrEqual(MOST_MISSES);
        expect(tooLow).toBeLessThanOrEqual(MOST_MISSES);
        // A limit that stands at the ceiling is right whatever happens, and proves nothing here.
        expect(isOpen).toBeLessThan(RUNS / 4);
      }
    }
  },
);
