import { expect, it } from 'vitest';
import { percentileEstimate } from '../requirements/percentile-estimate.ts';
import { seededRandom } from '../seeded-random.ts';
import { blockPercentile } from './block-estimates.ts';

const STAGES = 2_000;
const exponential = (mean: number, random: () => number): number => -mean * Math.log(1 - random());

/** Times in an M/M/1 queue at rest (Lindley's recursion); with no load independent ones. They are exponential with the mean 1 / (1 - load). */
const times = (load: number, n: number, random: () => number): number[] => {
  if (load === 0) return Array.from({ length: n }, () => exponential(1, random));
  const found: number[] = [];
  let waiting = 0;
  for (let i = -2_000; i < n; i += 1) {
    const service = exponential(1, random);
    if (i >= 0) found.push(waiting + service);
    waiting = Math.max(0, waiting + service - exponential(1 / load, random));
  }
  return found;
};

it.each([
  [0, 0.95, 1_000, 0.04],
  [0, 0.99, 1_000, 0.04],
  [0.5, 0.95, 1_000, 0.09],
  [0.5, 0.99, 2_000, 0.1],
  [0.8, 0.95, 2_000, 0.2],
  [0.8, 0.95, 6_000, 0.13],
  [0.8, 0.99, 6_000, 0.16],
])('a server loaded by %d: the interval of percentile %d over %d requests', (load, at, n, most) => {
  const truth = -Math.log(1 - at) / (1 - load);
  let missed = 0;
  let missedAlone = 0;
  for (let stage = 0; stage < STAGES; stage += 1) {
    const values = times(load, n, seededRandom(stage, 'x'));
    const blocks = blockPercentile(values, at, [0, Number.POSITIVE_INFINITY])!.at(0.95, 1);
    const alone = percentileEstimate(values, at, [0, Number.POSITIVE_INFINITY])!.at(0.95, 1);
    if (truth < blocks.low || truth > blocks.high) missed += 1;
    if (truth < alone.low || truth > alone.high) missedAlone += 1;
  }
  console.log(
    `load ${load}, ${at}, ${n} requests: misses ${missed / STAGES}, taken for independent ${missedAlone / STAGES}`,
  );
  expect(missed / STAGES).toBeLessThan(most);
});
