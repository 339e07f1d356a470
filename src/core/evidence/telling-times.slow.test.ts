import { expect, it } from 'vitest';
import { shareOfRuns } from './testing/share-of-runs.ts';
import { type FleetWorld, simulateFleet } from './testing/simulate-fleet.ts';

/** Something that both releases need breaks; half of all requests fail from one moment on. */
const outage: FleetWorld = {
  processes: 32,
  requestsPerMs: 8,
  candidateShare: 0.05,
  alphaRollback: 0.05,
  badShare: (atMs) => (atMs < 700 ? 0.01 : 0.5),
  durationMs: 1_000,
  hurriesAfter: 'either',
};

const rolledBack = (world: FleetWorld) => shareOfRuns(120, (seed) => simulateFleet(world, seed));

// A frame holds all that its process knows, so one process may tell it when it likes. But several that hurry after the candidate's
// failures only show the candidate's side of a shared outage before stable's: the order of the evidence then depends on the track.
it('processes that hurry after a failure of either release keep to alpha in a shared outage', () => {
  const share = rolledBack(outage);
  expect(share.lowerLimit, JSON.stringify(share)).toBeLessThan(0.05);
});

it('processes that hurry after those of the candidate only do not', () => {
  const share = rolledBack({ ...outage, hurriesAfter: 'candidate' });
  expect(share.lowerLimit, JSON.stringify(share)).toBeGreaterThan(0.05);
});
