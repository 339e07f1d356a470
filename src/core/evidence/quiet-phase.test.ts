import { expect, it } from 'vitest';
import { shareOfRuns } from './testing/share-of-runs.ts';
import { simulateRollout, type World } from './testing/simulate-rollout.ts';

const SECONDS = 600;

/**
 * Ten minutes are demanded of a stage at 5 % of 20 requests a second. The candidate is as good as stable for three quarters of them and
 * eight points worse in the last, which is the margin of two points on average.
 */
const passesAtTheEnd = (seed: number): boolean => {
  let isPassed = false;
  let looks = 0;
  const world: World = {
    candidateShare: 0.05,
    requestsPerSlice: 20,
    slices: SECONDS,
    badShare: (track, second) => (track === 'candidate' && second >= 450 ? 0.09 : 0.01),
    alphaRollback: 0.001,
    alphaAdvance: 0.05,
    marginShare: 0.02,
    lookEvery: 5,
    until: ({ rollback, advance }) => {
      looks += 1;
      isPassed = advance.passed && looks === SECONDS / 5;
      return rollback.crossed;
    },
  };
  return !simulateRollout(world, seed).decided && isPassed;
};

it('a stage is not left on the evidence of a quiet phase that was over long before', () => {
  const share = shareOfRuns(80, passesAtTheEnd);
  expect(share.lowerLimit, JSON.stringify(share)).toBeLessThan(0.05);
});
