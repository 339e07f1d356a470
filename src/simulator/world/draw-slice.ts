import type { Random } from '../../core/evaluation/seeded-random.ts';
import type { CohortUpdate, Outcomes, TrackOutcomes } from '../../core/evidence/rollout-evidence.ts';
import { drawBinomial, LARGE_IN_SLICE } from './draws.ts';
import { type ExpectedShares, expectedShares } from './expected-shares.ts';
import type { KeyGroup } from './key-arrivals.ts';
import { PAIRED_GUARDS, REQUEST_GUARDS, type RequestGuard } from './simulated-cohort.ts';
import type { TrafficWorld } from './world.ts';

/** How many requests of one slice of time there were, by what became of them; nothing is known of each. */
export interface SliceCounts {
  readonly stable: number;
  readonly candidate: number;
  /** Of `stable`. */
  readonly mirrored: number;
  /** Keys that the coin has decided about, where keys are what is compared. */
  readonly keys: readonly KeyGroup[] | null;
}

/** Counts that become known some time after the end of the slice. */
export interface Landing {
  readonly afterMs: number;
  land(): void;
}

export interface DrawnSlice {
  readonly update: CohortUpdate;
  readonly landings: readonly Landing[];
  /** Candidate requests that failed or were slow. */
  readonly badCandidateRequests: number;
}

export interface SliceAbout {
  readonly index: number;
  readonly stage: number;
  readonly candidateShare: number;
  readonly startedAtMs: number;
  /** Middle of the slice, at which the world is looked at. */
  readonly atMs: number;
  readonly candidateRequests: number;
}

/** Draws the outcomes of a slice as binomial counts, each guard by itself. */
export const drawSlice = (
  world: TrafficWorld,
  guards: readonly string[],
  about: SliceAbout,
  counts: SliceCounts,
  random: Random,
): DrawnSlice => {
  const truth = {
    stable: expectedShares(world, 'stable', about.atMs, about.candidateRequests),
    candidate: expectedShares(world, 'candidate', about.atMs, about.candidateRequests),
  };
  const { index, stage, candidateShare, startedAtMs } = about;
  const update: CohortUpdate = {
    source: 'simulated',
    index,
    stage,
    candidateShare,
    startedAtMs,
    closed: true,
    settled: false,
    guards: {},
    ...(counts.keys !== null && { keys: {} }),
  };
  const landings: Landing[] = [];
  for (const guard of REQUEST_GUARDS.filter((name) => guards.includes(name)))
    landings.push(...drawGuard(world, update, guard, truth, counts, random));
  if (counts.mirrored > 0)
    landings.push(...drawCopies(world, update, guards, truth, counts.mirrored, random));
  const { candidate } = counts;
  const badShare = 1 - (1 - truth.candidate.errors) * (1 - truth.candidate.slow);
  return {
    update,
    landings,
    badCandidateRequests: drawBinomial(random, candidate, badShare, LARGE_IN_SLICE),
  };
};

type Truth = { readonly stable: ExpectedShares; readonly candidate: ExpectedShares };

const drawGuard = (
  world: TrafficWorld,
  update: CohortUpdate,
  guard: RequestGuard,
  truth: Truth,
  counts: SliceCounts,
  random: Random,
): Landing[] => {
  const ofRequests = noOutcomes();
  update.guards[guard] = ofRequests;
  const units: [TrackOutcomes, { readonly stable: number; readonly candidate: number }][] = [
    [ofRequests, counts],
    ...(counts.keys ?? []).map((group): (typeof units)[number] => [keyOutcomes(update, guard, group), group]),
  ];
  return units.flatMap(([outcomes, started]) =>
    (['stable', 'candidate'] as const).flatMap((track): Landing[] => {
      if (started[track] === 0) return [];
      const known = outcomes[track];
      known.started = started[track];
      const bad = drawBinomial(random, known.started, truth[track][guard], LARGE_IN_SLICE);
      const { badMs, goodMs } = delays(world, track, guard);
      return [
        { afterMs: badMs, land: () => (known.bad = bad) },
        { afterMs: goodMs, land: () => (known.good = known.started - bad) },
      ];
    }),
  );
};

/** Where the outcomes of a group of keys are counted. */
const keyOutcomes = (
  update: CohortUpdate,
  guard: RequestGuard,
  { drawnAgainWith }: KeyGroup,
): TrackOutcomes => {
  const outcomes = noOutcomes();
  if (drawnAgainWith === null) {
    update.keys![guard] = outcomes;
    return outcomes;
  }
  update.keysAgain ??= [];
  const known = update.keysAgain.find(({ candidateShare }) => candidateShare === drawnAgainWith);
  if (known === undefined)
    update.keysAgain.push({ candidateShare: drawnAgainWith, guards: { [guard]: outcomes } });
  else known.guards[guard] = outcomes;
  return outcomes;
};

/** How long after its start an outcome is known, for a typical request. */
const delays = (
  world: TrafficWorld,
  track: 'stable' | 'candidate',
  guard: RequestGuard,
): { badMs: number; goodMs: number } => {
  const { latency, failureLatency } = world[track];
  const answeredMs = latency.medianMs;
  switch (guard) {
    case 'errors':
      return { badMs: (failureLatency ?? latency).medianMs, goodMs: answeredMs };
    case 'client-errors':
      return { badMs: answeredMs, goodMs: answeredMs };
    case 'slow':
      return { badMs: world.slowMs, goodMs: answeredMs };
    case 'feedback': {
      const { reportMs, withinMs } = world.feedback ?? { reportMs: 0, withinMs: 0 };
      return { badMs: answeredMs + reportMs, goodMs: Math.max(answeredMs, withinMs) };
    }
  }
};

const drawCopies = (
  world: TrafficWorld,
  update: CohortUpdate,
  guards: readonly string[],
  truth: Truth,
  mirrored: number,
  random: Random,
): Landing[] => {
  const afterMs = Math.max(world.stable.latency.medianMs, world.candidate.latency.medianMs);
  const landings: Landing[] = [];
  for (const guard of PAIRED_GUARDS.filter((name) => guards.includes(name))) {
    const stableBad = drawBinomial(random, mirrored, truth.stable[guard], LARGE_IN_SLICE);
    const both = drawBinomial(random, stableBad, truth.candidate[guard], LARGE_IN_SLICE);
    const candidateOnly = drawBinomial(random, mirrored - stableBad, truth.candidate[guard], LARGE_IN_SLICE);
    update.pairs ??= {};
    update.pairs[guard] = { started: mirrored, both: 0, stableOnly: 0, candidateOnly: 0, neither: 0 };
    const pairs = update.pairs[guard];
    landings.push({
      afterMs: guard === 'slow' ? Math.max(afterMs, world.slowMs) : afterMs,
      land() {
        pairs.both = both;
        pairs.stableOnly = stableBad - both;
        pairs.candidateOnly = candidateOnly;
        pairs.neither = mirrored - stableBad - candidateOnly;
      },
    });
  }
  if (guards.includes('disagree')) {
    const started = mirrored - drawBinomial(random, mirrored, truth.stable.errors, LARGE_IN_SLICE);
    const differShare = 1 - (1 - world.disagreeShare) * (1 - truth.candidate.errors);
    const disagree = drawBinomial(random, started, differShare, LARGE_IN_SLICE);
    update.comparisons = { started, agree: 0, disagree: 0 };
    const { comparisons } = update;
    landings.push({
      afterMs,
      land() {
        comparisons.disagree = disagree;
        comparisons.agree = started - disagree;
      },
    });
  }
  return landings;
};

const noOutcomes = (): TrackOutcomes => ({ stable: nothing(), candidate: nothing() });
const nothing = (): Outcomes => ({ started: 0, bad: 0, good: 0 });
