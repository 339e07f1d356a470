import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/evidence/testing/seeded-random.ts';
import { assign } from '../assignment/assign.ts';
import { candidateAt } from '../testing/table.ts';
import { openCohorts } from './cohorts.ts';
import { openOutcomes } from './outcomes.ts';
import { openTripWire } from './trip-wire.ts';

const SHARE = 0.2;
const REQUESTS = 6_000;
const route = candidateAt([], {
  share: SHARE,
  tripWireAlpha: 0.0001,
  readings: {
    guards: [{ name: 'errors', marginShare: 0.02 }],
    slowMs: 1_000,
    feedbackWithinMs: 1,
    unit: 'key',
  },
});
const candidates = new Map([[route.rollout, route]]);

/** Users who stay with their release, some of them heavy; returns requests of the candidate until the wire trips. */
function requestsUntilTrip(seed: number, badness: (random: () => number) => number, candidateAdds = 0) {
  const random = seededRandom(seed);
  const cohorts = openCohorts({ sliceMs: 250, retainedAtMost: 1_000_000, onGivenUp() {} });
  const outcomes = openOutcomes({ cohorts, followedAtMost: 0, onBad() {} });
  const wire = openTripWire('boot');
  const users = Array.from({ length: 300 }, () => ({ place: random(), bad: badness(random), isNew: true }));
  let candidateRequests = 0;
  for (let n = 0; n < REQUESTS; n += 1) {
    const nowMs = n * 10;
    const user = users[Math.floor(users.length * random() ** 4)]!;
    const track = assign(user.place, SHARE);
    if (track === 'candidate') candidateRequests += 1;
    const cohort = cohorts.at('spam', route, SHARE, nowMs);
    const outcome = outcomes.start(cohort, track, nowMs, user.isNew);
    user.isNew = false;
    const isBad = random() < user.bad + (track === 'candidate' ? candidateAdds : 0);
    outcomes.settle(outcome, 'errors', isBad);
    outcomes.end(outcome, nowMs);
    if (n % 25 !== 0) continue;
    if (wire.weigh(cohorts.takeTouched(), candidates).length > 0) return candidateRequests;
  }
  return Number.POSITIVE_INFINITY;
}

describe('the trip wire where users stay with their release', () => {
  const tenthIsBad = (random: () => number): number => (random() < 0.1 ? 0.6 : 0.005);

  it('lets an equal candidate be, though some users fail far more than others', () => {
    const trips = Array.from({ length: 30 }, (_, seed) => requestsUntilTrip(seed, tenthIsBad));
    expect(trips.filter(Number.isFinite)).toEqual([]);
  });

  it('stops a candidate that fails everybody', () => {
    const trips = Array.from({ length: 30 }, (_, seed) => requestsUntilTrip(seed, () => 0.005, 1));
    expect(trips.filter((requests) => requests < 120).length).toBeGreaterThan(27);
  });
});
