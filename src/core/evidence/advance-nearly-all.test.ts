import { expect, it } from 'vitest';
import { shareOfRuns } from './testing/share-of-runs.ts';
import { simulateRollout, type World } from './testing/simulate-rollout.ts';

/** A short stage with half of the traffic, then one with nearly all of it; the margin is two points. */
const world = (excess: number): World => ({
  candidateShare: (slice) => (slice < 5 ? 0.5 : 0.95),
  requestsPerSlice: 100,
  slices: 305,
  badShare: (track) => (track === 'candidate' ? 0.01 + excess : 0.01),
  alphaRollback: 0.001,
  alphaAdvance: 0.05,
  marginShare: 0.02,
  lookEvery: 10,
  until: ({ advance, boundShare }) => boundShare !== undefined && advance.passed,
});

const passes = (excess: number) => shareOfRuns(150, (seed) => simulateRollout(world(excess), seed).decided);

// Under the bound that is derived for the rollback all candidates of the first line passed, and half of the second.
it.each([0.02, 0.05])(
  'a candidate that is worse by %d passes a stage with nearly all of the traffic with probability of at most alpha',
  (excess) => {
    const share = passes(excess);
    expect(share.lowerLimit, JSON.stringify(share)).toBeLessThan(0.05);
  },
);

it('an equal one passes it', () => {
  const share = passes(0);
  expect(share.lowerLimit, JSON.stringify(share)).toBeGreaterThan(0.9);
});
