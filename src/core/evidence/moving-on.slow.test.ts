import { describe, expect, it, vi } from 'vitest';
import { shareOfRuns } from './testing/share-of-runs.ts';
import { simulateRollout, type World } from './testing/simulate-rollout.ts';

// Simulations: far below this on an idle machine.
vi.setConfig({ testTimeout: 180_000 });

const world: World = {
  candidateShare: 0.05,
  requestsPerSlice: 100,
  slices: 20_000,
  badShare: () => 0.01,
  alphaRollback: 0.001,
  alphaAdvance: 0.05,
  marginShare: 0.01,
  until: (reading) => reading.advance.passed,
};

it('an equal candidate at 1 % passes a margin of one point after few candidate requests', () => {
  const requests = Array.from(
    { length: 2001 },
    (_, seed) => simulateRollout(world, seed + 1).candidateRequests,
  );
  const median = requests.toSorted((a, b) => a - b)[1000]!;
  expect(median).toBeLessThanOrEqual(800);
  expect(median).toBeGreaterThan(200);
});

describe('a candidate worse by the margin passes with probability of at most alpha', () => {
  const worse: Partial<World> = {
    slices: 150,
    lookEvery: 50,
    requestsPerSlice: 200,
    badShare: (track) => (track === 'candidate' ? 0.02 : 0.01),
  };
  const delays: [string, NonNullable<World['delaySlices']>, number][] = [
    ['every outcome is in at once', () => 0, 1000],
    ['bad outcomes arrive late', (_, bad) => (bad ? 20 : 0), 800],
    [
      'only the candidate is late with bad ones',
      (track, bad) => (bad && track === 'candidate' ? 20 : 0),
      300,
    ],
    ['stable is late with good ones', (track, bad) => (!bad && track === 'stable' ? 20 : 0), 800],
  ];
  it.each(delays)('%s', (_, delaySlices, runs) => {
    const share = shareOfRuns(
      runs,
      (seed) => simulateRollout({ ...world, ...worse, delaySlices }, seed).decided,
    );
    // A fair bet at the edge of the null: the true probability is only just below alpha, so no count of runs shows it to be
    // below. Above it, beyond chance, must not be.
    expect(share.lowerLimit, JSON.stringify(share)).toBeLessThanOrEqual(0.05);
  });
});

it('a candidate 20 points worse that fails late never passes', () => {
  const late: Partial<World> = {
    slices: 300,
    requestsPerSlice: 100,
    lookEvery: 2,
    badShare: (track) => (track === 'candidate' ? 0.21 : 0.01),
    delaySlices: (_, bad) => (bad ? 60 : 0),
  };
  const share = shareOfRuns(50, (seed) => simulateRollout({ ...world, ...late }, seed).decided);
  expect(share.happened).toBe(0);
});
