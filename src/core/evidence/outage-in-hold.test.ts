import { expect, it } from 'vitest';
import { shareOfRuns } from './testing/share-of-runs.ts';
import { simulateRollout, type World } from './testing/simulate-rollout.ts';

/** Equal releases; half of the traffic each, then a hold with 1 % left for stable. Half of all requests fail for ten seconds. */
const world = (outageFromSlice: number): World => ({
  candidateShare: (slice) => (slice < 200 ? 0.5 : 0.99),
  requestsPerSlice: 25,
  slices: 400,
  badShare: (_, slice) => (slice >= outageFromSlice && slice < outageFromSlice + 40 ? 0.5 : 0.01),
  alphaRollback: 0.001,
  alphaAdvance: 0.05,
  marginShare: 0.02,
  lookEvery: 4,
  until: ({ rollback }) => rollback.crossed,
});

const rolledBack = (outageFromSlice: number) =>
  shareOfRuns(40, (seed) => simulateRollout(world(outageFromSlice), seed).decided);

it('an outage of both releases rolls nothing back while both have traffic', () => {
  expect(rolledBack(100).happened).toBe(0);
});

// A bound from before knows nothing of what hits both, and 1 % for stable says it too late. So it only pulls.
it('an outage of both releases rolls nothing back in the hold', () => {
  expect(rolledBack(300).happened).toBe(0);
});
