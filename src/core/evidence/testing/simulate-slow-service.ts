import type { CohortUpdate, Outcomes } from '../cohort-update.ts';
import { absorb, EARLY_AGE_MS, openEvidence, readGuards } from '../rollout-evidence.ts';
import { drawBinomial, seededRandom } from './seeded-random.ts';

interface TrackTimes {
  badShare: number;
  /** Slices until a bad or good outcome is known. */
  badAfter: number;
  goodAfter: number;
}

export interface SlowWorld {
  stable: TrackTimes;
  candidate: TrackTimes;
  candidateShare: number;
  requestsPerSlice: number;
  slices: number;
  alphaRollback: number;
  /** Whether outcomes at the early age are reported. */
  tellsEarly: boolean;
  /** False: goes on after a warning, to see whether a rollback follows. Default true. */
  heedsPull?: boolean;
  /** Slices between two looks. Default 2. */
  lookEvery?: number;
}

export const SLICE_MS = 250;
const EARLY_AFTER = EARLY_AGE_MS / SLICE_MS;

type Track = 'stable' | 'candidate';

/** Candidate requests and slices until the rollback, or the warning where that comes first; infinite if there is neither. */
export function simulateSlowService(
  world: SlowWorld,
  seed: number,
): { requests: number; slices: number; ending: 'rolled-back' | 'pulled' | null } {
  const random = seededRandom(seed);
  const evidence = openEvidence({
    guards: [{ name: 'errors', marginShare: 0.01 }],
    alphaRollback: world.alphaRollback,
    alphaAdvance: 0.05,
  });
  const cohorts: { started: Record<Track, number>; bad: Record<Track, number>; index: number }[] = [];
  const ages = new Set([0, EARLY_AFTER]);
  for (const track of ['stable', 'candidate'] as const)
    ages.add(world[track].badAfter).add(world[track].goodAfter);
  const settledAt = Math.max(...ages);
  let requests = 0;
  for (let slice = 0; slice < world.slices; slice++) {
    const candidate = drawBinomial(random, world.requestsPerSlice, world.candidateShare);
    const started = { candidate, stable: world.requestsPerSlice - candidate };
    const bad = {
      candidate: drawBinomial(random, candidate, world.candidate.badShare),
      stable: drawBinomial(random, started.stable, world.stable.badShare),
    };
    requests += candidate;
    cohorts.push({ started, bad, index: slice });
    for (const age of ages) {
      const cohort = cohorts[slice - age];
      if (cohort) absorb(evidence, updateAt(world, cohort, age, age === settledAt));
    }
    if (slice % (world.lookEvery ?? 2) !== 0) continue;
    const { rollback, pull } = readGuards(evidence, 0)[0]!;
    if (rollback.crossed) return { requests, slices: slice + 1, ending: 'rolled-back' };
    if (pull?.crossed && world.heedsPull !== false) return { requests, slices: slice + 1, ending: 'pulled' };
  }
  return { requests: Number.POSITIVE_INFINITY, slices: Number.POSITIVE_INFINITY, ending: null };
}

function updateAt(
  world: SlowWorld,
  { started, bad, index }: { started: Record<Track, number>; bad: Record<Track, number>; index: number },
  age: number,
  settled: boolean,
): CohortUpdate {
  const outcomes = (track: Track): Outcomes => {
    const { badAfter, goodAfter } = world[track];
    const good = started[track] - bad[track];
    const early = Math.min(age, EARLY_AFTER);
    const earlyBad = badAfter <= early ? bad[track] : 0;
    const isOld = age >= EARLY_AFTER;
    return {
      started: started[track],
      bad: badAfter <= age ? bad[track] : 0,
      good: goodAfter <= age ? good : 0,
      ...(world.tellsEarly && {
        early: { bad: earlyBad, good: isOld ? started[track] - earlyBad : goodAfter <= early ? good : 0 },
      }),
    };
  };
  return {
    source: 'gateway',
    index,
    stage: 0,
    candidateShare: world.candidateShare,
    startedAtMs: index * SLICE_MS,
    closed: true,
    settled,
    guards: { errors: { stable: outcomes('stable'), candidate: outcomes('candidate') } },
  };
}
