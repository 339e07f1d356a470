import { absorb } from '../absorb.ts';
import type { CohortUpdate, Outcomes } from '../cohort-update.ts';
import type { GuardReading } from '../guard-reading.ts';
import { openEvidence } from '../open-evidence.ts';
import { readGuards } from '../read-guards.ts';
import { drawBinomial, seededRandom } from './seeded-random.ts';

type Track = 'stable' | 'candidate';

export interface World {
  /** Candidate probability, the same throughout or by slice; each change begins a new stage. */
  candidateShare: number | ((slice: number) => number);
  requestsPerSlice: number;
  slices: number;
  /** True bad share of a track in a slice; `candidateRequests` counts those before the slice. */
  badShare: (track: Track, slice: number, candidateRequests: number) => number;
  /** Slices until an outcome arrives; 0 means within its own slice. */
  delaySlices?: (track: Track, bad: boolean) => number;
  alphaRollback: number;
  alphaAdvance: number;
  marginShare: number;
  /** Slices between two looks. */
  lookEvery?: number;
  until: (reading: GuardReading) => boolean;
}

export interface Ended {
  decided: boolean;
  slice: number;
  requests: number;
  candidateRequests: number;
}

/** Runs one rollout of one guard through the real evidence code until it decides or the world ends. */
export function simulateRollout(world: World, seed: number): Ended {
  const random = seededRandom(seed);
  const { marginShare, alphaRollback, alphaAdvance, requestsPerSlice } = world;
  const evidence = openEvidence({ guards: [{ name: 'errors', marginShare }], alphaRollback, alphaAdvance });
  const delayOf = world.delaySlices ?? (() => 0);
  const inFlight: Flight[] = [];
  const shareIn = (slice: number) =>
    typeof world.candidateShare === 'number' ? world.candidateShare : world.candidateShare(slice);
  let candidateRequests = 0;
  let stage = 0;
  for (let slice = 0; slice < world.slices; slice++) {
    const candidateShare = shareIn(slice);
    if (slice > 0 && candidateShare !== shareIn(slice - 1)) stage += 1;
    const candidate = drawBinomial(random, requestsPerSlice, candidateShare);
    const counts = { candidate, stable: requestsPerSlice - candidate };
    const flight: Flight = { update: emptyUpdate(slice, stage, candidateShare), arrivals: [] };
    for (const track of ['stable', 'candidate'] as const) {
      const bad = drawBinomial(random, counts[track], world.badShare(track, slice, candidateRequests));
      flight.update.guards.errors![track].started = counts[track];
      flight.arrivals.push({ slice: slice + delayOf(track, true), track, outcome: 'bad', count: bad });
      flight.arrivals.push({
        slice: slice + delayOf(track, false),
        track,
        outcome: 'good',
        count: counts[track] - bad,
      });
    }
    candidateRequests += candidate;
    inFlight.push(flight);
    for (const landing of inFlight) if (land(landing, slice)) absorb(evidence, landing.update);
    while (inFlight[0]?.update.settled) inFlight.shift();
    if (slice % (world.lookEvery ?? 1) === 0 && world.until(readGuards(evidence, stage)[0]!)) {
      return { decided: true, slice, requests: (slice + 1) * requestsPerSlice, candidateRequests };
    }
  }
  return {
    decided: false,
    slice: world.slices,
    requests: world.slices * requestsPerSlice,
    candidateRequests,
  };
}

interface Flight {
  update: CohortUpdate;
  arrivals: { slice: number; track: Track; outcome: 'bad' | 'good'; count: number }[];
}

/** Lands what is due; true when there is something to report. */
function land(flight: Flight, slice: number): boolean {
  const before = flight.arrivals.length;
  flight.arrivals = flight.arrivals.filter((arrival) => {
    if (arrival.slice > slice) return true;
    flight.update.guards.errors![arrival.track][arrival.outcome] += arrival.count;
    return false;
  });
  flight.update.closed = true;
  flight.update.settled = flight.arrivals.length === 0;
  return flight.arrivals.length < before || flight.update.index === slice;
}

function emptyUpdate(index: number, stage: number, candidateShare: number): CohortUpdate {
  const none = (): Outcomes => ({ started: 0, bad: 0, good: 0 });
  const guards = { errors: { stable: none(), candidate: none() } };
  return {
    source: 'gateway',
    index,
    stage,
    candidateShare,
    startedAtMs: index * 250,
    closed: false,
    settled: false,
    guards,
  };
}
