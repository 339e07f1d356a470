import { describe, expect, it, vi } from 'vitest';
import { shareOfRuns } from './testing/share-of-runs.ts';
import { simulateRollout, type World } from './testing/simulate-rollout.ts';

// Simulations: far below this on an idle machine.
vi.setConfig({ testTimeout: 180_000 });

/** Equal releases at alpha = 5 %, looked at after every slice. Seeds are fixed; the upper 99 % limit must stay below alpha. */
const equal = (base: number, candidateShare: number, change: Partial<World> = {}): World => ({
  candidateShare,
  requestsPerSlice: candidateShare > 0.2 ? 40 : 200,
  slices: 200,
  badShare: () => base,
  alphaRollback: 0.05,
  alphaAdvance: 0.05,
  marginShare: 0.01,
  until: (reading) => reading.rollback.crossed,
  ...change,
});

const falseRollbacks = (runs: number, world: World) =>
  shareOfRuns(runs, (seed) => simulateRollout(world, seed).decided);

const bases = [0, 0.01, 0.2];
const weights = [0.05, 0.5];
const worlds = bases.flatMap((base) => weights.map((weight) => [base, weight] as const));

describe('an equal candidate is rolled back with probability below alpha', () => {
  it.each(worlds)('base rate %d, weight %d', (base, weight) => {
    const share = falseRollbacks(600, equal(base, weight));
    expect(share.upperLimit, JSON.stringify(share)).toBeLessThan(0.05);
  });

  it.each(worlds)('bad outcomes arrive 20 slices late: base rate %d, weight %d', (base, weight) => {
    const share = falseRollbacks(
      250,
      equal(base, weight, { slices: 100, lookEvery: 4, delaySlices: (_, bad) => (bad ? 20 : 0) }),
    );
    expect(share.upperLimit, JSON.stringify(share)).toBeLessThan(0.05);
  });

  it.each(weights)('stable fails later than the candidate: weight %d', (weight) => {
    const world = equal(0.2, weight, {
      slices: 100,
      lookEvery: 4,
      delaySlices: (track, bad) => (bad && track === 'stable' ? 20 : 0),
    });
    const share = falseRollbacks(400, world);
    expect(share.upperLimit, JSON.stringify(share)).toBeLessThan(0.05);
  });

  it.each(weights)('an outage hits both while requests are in flight: weight %d', (weight) => {
    const world = equal(0.01, weight, {
      slices: 100,
      lookEvery: 4,
      badShare: (_, slice) => (slice >= 40 && slice < 50 ? 0.9 : 0.01),
      delaySlices: (track, bad) => (bad ? (track === 'stable' ? 20 : 10) : 0),
    });
    const share = falseRollbacks(400, world);
    expect(share.upperLimit, JSON.stringify(share)).toBeLessThan(0.05);
  });

  it.each([0.01, 0.2])('it takes over all traffic after a canary: base rate %d', (base) => {
    const world = equal(base, 0.5, {
      candidateShare: (slice) => (slice < 40 ? 0.5 : slice < 100 ? 0.99 : 1),
    });
    const share = falseRollbacks(400, world);
    expect(share.upperLimit, JSON.stringify(share)).toBeLessThan(0.05);
  });
});
