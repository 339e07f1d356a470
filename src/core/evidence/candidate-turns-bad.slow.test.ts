import { expect, it, vi } from 'vitest';
import { simulateRollout, type World } from './testing/simulate-rollout.ts';

// Simulations: far below this on an idle machine.
vi.setConfig({ testTimeout: 180_000 });

const world: World = {
  candidateShare: 0.05,
  requestsPerSlice: 20,
  slices: 1e6,
  badShare: () => 0.01,
  alphaRollback: 0.001,
  alphaAdvance: 0.05,
  marginShare: 0.01,
  until: (reading) => reading.rollback.crossed,
};

const candidateRequests = (runs: number, change: Partial<World>) =>
  Array.from(
    { length: runs },
    (_, seed) => simulateRollout({ ...world, ...change }, seed + 1).candidateRequests,
  );
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const candidateBad =
  (share: number): World['badShare'] =>
  (track) =>
    track === 'candidate' ? share : 0.01;

// Weight 5 %, alpha 0.1 %, stable at 1 %. The figures are 1.5 times the limit of Wald, log(1/alpha) / KL.
it.each([
  [0.1, 2000, 20, 75],
  [0.05, 800, 20, 250],
  [0.02, 250, 200, 2650],
])(
  'candidate at %d is rolled back after few of its requests on average',
  (share, runs, requestsPerSlice, most) => {
    const average = mean(candidateRequests(runs, { badShare: candidateBad(share), requestsPerSlice }));
    expect(average).toBeLessThanOrEqual(most);
    expect(average).toBeGreaterThan(most / 2);
  },
);

it('a candidate that turns bad after 10,000 healthy requests is rolled back about as quickly', () => {
  const onset = 10_000;
  const badShare: World['badShare'] = (track, _, served) =>
    track === 'candidate' && served >= onset ? 0.05 : 0.01;
  const requests = candidateRequests(500, { badShare, requestsPerSlice: 200 });
  expect(median(requests) - onset).toBeLessThanOrEqual(450);
  expect(requests.filter((count) => count < onset)).toHaveLength(0);
});

it('failures that arrive late only delay the rollback by what they are late', () => {
  const lateSlices = 40;
  const late = {
    badShare: candidateBad(0.2),
    delaySlices: (_: string, bad: boolean) => (bad ? lateSlices : 0),
  };
  const ends = Array.from({ length: 100 }, (_, seed) =>
    simulateRollout({ ...world, ...late, slices: 1000 }, seed + 1),
  );
  expect(ends.every((end) => end.decided)).toBe(true);
  expect(mean(ends.map((end) => end.candidateRequests))).toBeLessThan(lateSlices + 45);
});

it('a candidate that turns bad while it serves nearly everything is pulled by the bound', () => {
  const change: Partial<World> = {
    candidateShare: (slice) => (slice < 200 ? 0.5 : 0.99),
    badShare: (track, slice) => (track === 'candidate' && slice >= 400 ? 0.1 : 0.01),
    until: ({ rollback, pull }) => rollback.crossed || pull!.crossed,
  };
  const ends = Array.from({ length: 100 }, (_, seed) => simulateRollout({ ...world, ...change }, seed + 1));
  expect(mean(ends.map((end) => end.slice - 400)) * 20).toBeLessThan(400);
  expect(Math.min(...ends.map((end) => end.slice))).toBeGreaterThanOrEqual(400);
});
