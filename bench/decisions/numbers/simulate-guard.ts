import { seededRandom } from '../../../src/core/evaluation/seeded-random.ts';
import {
  absorb,
  type CohortUpdate,
  type GuardReading,
  type Outcomes,
  openEvidence,
  readGuards,
} from '../../../src/core/evidence/rollout-evidence.ts';
import { drawBinomial, drawPoisson } from '../../../src/simulator/world/draws.ts';

type Track = 'stable' | 'candidate';

/** One guard and nothing else, counted by slices of a quarter of a second: fast enough for thousands of runs. */
export interface GuardWorld {
  readonly candidateShare: number;
  /** Mean of the slice's Poisson number of requests. */
  readonly requestsInSlice: (slice: number, candidateRequests: number) => number;
  readonly badShare: (track: Track, slice: number, candidateRequests: number) => number;
  /** Slices until an outcome is known. Default: within its own. */
  readonly delaySlices?: (track: Track, isBad: boolean) => number;
  readonly slices: number;
  /** Default: after each slice with something new. */
  readonly lookEverySlices?: number;
  readonly alphaRollback: number;
  readonly alphaAdvance: number;
  readonly marginShare: number;
}

export interface GuardRun {
  readonly isDecided: boolean;
  readonly requests: number;
  readonly candidateRequests: number;
  /** Of the last look. */
  readonly reading: GuardReading;
}

/** Lets the production evidence watch until `isDecided` says so, or all slices are over. */
export const simulateGuard = (
  world: GuardWorld,
  seed: number,
  isDecided: (reading: GuardReading) => boolean,
): GuardRun => {
  const { candidateShare, alphaRollback, alphaAdvance, marginShare, lookEverySlices = 1 } = world;
  const random = seededRandom(seed, 'guard');
  const evidence = openEvidence({ guards: [{ name: 'errors', marginShare }], alphaRollback, alphaAdvance });
  const delayOf = world.delaySlices ?? (() => 0);
  let underWay: Flight[] = [];
  let requests = 0;
  let candidateRequests = 0;
  let index = 0;
  let reading = readGuards(evidence, 0)[0]!;
  for (let slice = 0; slice < world.slices; slice += 1) {
    const started = drawPoisson(random, world.requestsInSlice(slice, candidateRequests));
    if (started > 0) {
      const candidate = drawBinomial(random, started, candidateShare);
      const flight: Flight = { update: emptyUpdate(index, slice, candidateShare), arrivals: [] };
      index += 1;
      for (const [track, count] of [
        ['stable', started - candidate],
        ['candidate', candidate],
      ] as const) {
        const bad = drawBinomial(random, count, world.badShare(track, slice, candidateRequests));
        flight.update.guards.errors![track].started = count;
        flight.arrivals.push(
          { slice: slice + delayOf(track, true), track, outcome: 'bad', count: bad },
          { slice: slice + delayOf(track, false), track, outcome: 'good', count: count - bad },
        );
      }
      requests += started;
      candidateRequests += candidate;
      underWay.push(flight);
    }
    const landed = underWay.filter((flight) => land(flight, slice));
    if (landed.length === 0) continue;
    for (const { update } of landed) absorb(evidence, update);
    underWay = underWay.filter(({ update }) => !update.settled);
    if (slice % lookEverySlices !== 0 && slice < world.slices - 1) continue;
    reading = readGuards(evidence, 0)[0]!;
    if (isDecided(reading)) return { isDecided: true, requests, candidateRequests, reading };
  }
  return { isDecided: false, requests, candidateRequests, reading };
};

interface Flight {
  readonly update: CohortUpdate;
  arrivals: { slice: number; track: Track; outcome: 'bad' | 'good'; count: number }[];
}

/** Takes in what is due; true when there is something new to tell. */
const land = (flight: Flight, slice: number): boolean => {
  const isNew = !flight.update.closed;
  const due = flight.arrivals.filter((arrival) => arrival.slice <= slice);
  for (const { track, outcome, count } of due) flight.update.guards.errors![track][outcome] += count;
  flight.arrivals = flight.arrivals.filter((arrival) => arrival.slice > slice);
  flight.update.closed = true;
  flight.update.settled = flight.arrivals.length === 0;
  return isNew || due.length > 0;
};

const emptyUpdate = (index: number, slice: number, candidateShare: number): CohortUpdate => {
  const none = (): Outcomes => ({ started: 0, bad: 0, good: 0 });
  return {
    source: 'bench',
    index,
    stage: 0,
    candidateShare,
    startedAtMs: slice * 250,
    closed: false,
    settled: false,
    guards: { errors: { stable: none(), candidate: none() } },
  };
};
