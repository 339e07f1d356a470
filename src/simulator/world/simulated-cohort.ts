import type { CohortUpdate, Outcomes, TrackOutcomes } from '../../core/evidence/rollout-evidence.ts';
import type { KeyDraw } from './key-draws.ts';
import type { SimulatedRequest } from './traffic-event.ts';

/** As long as in a gateway. */
export const SLICE_MS = 250;

/** Guards whose outcomes the simulated requests show; `disagree` comes as comparisons. */
export const REQUEST_GUARDS = ['errors', 'client-errors', 'slow', 'feedback'] as const;
export type RequestGuard = (typeof REQUEST_GUARDS)[number];

/** Those that a copy shows too, so that it makes a pair with the request it is a copy of. */
export const PAIRED_GUARDS = ['errors', 'client-errors', 'slow'] as const;
export type PairedGuard = (typeof PAIRED_GUARDS)[number];

/** What a gateway would know about the requests of one slice. */
export interface SimulatedCohort {
  readonly update: CohortUpdate;
  readonly endsAtMs: number;
  /** Outcomes, pairs and comparisons that may still come. */
  open: number;
  hasChanged: boolean;
}

/** What is known of one request. */
export interface Standing {
  readonly request: SimulatedRequest;
  readonly cohort: SimulatedCohort;
  /** What its key's coin has to do with it; its outcomes are the key's where the coin was tossed for it. Null: no key is counted. */
  readonly drawn: KeyDraw | null;
  readonly open: Set<RequestGuard>;
  readonly bad: Partial<Record<RequestGuard, boolean>>;
  hasEnded: boolean;
  pair: { readonly stable: Standing; readonly shadow: Standing } | null;
}

export const newCohort = (
  index: number,
  stage: number,
  { startedAtMs, candidateShare }: SimulatedRequest,
  guards: readonly RequestGuard[],
  hasKeys: boolean,
): SimulatedCohort => ({
  update: {
    source: 'simulated',
    index,
    stage,
    candidateShare,
    startedAtMs,
    closed: false,
    settled: false,
    guards: Object.fromEntries(guards.map((name) => [name, noOutcomes()])),
    ...(hasKeys && { keys: Object.fromEntries(guards.map((name) => [name, noOutcomes()])) }),
  },
  endsAtMs: startedAtMs + SLICE_MS,
  open: 0,
  hasChanged: true,
});

export const newStanding = (
  request: SimulatedRequest,
  cohort: SimulatedCohort,
  drawn: KeyDraw | null,
): Standing => ({ request, cohort, drawn, open: new Set(), bad: {}, hasEnded: false, pair: null });

/** One more outcome of this request is to be waited for. */
export const openOutcome = (one: Standing, guard: RequestGuard): void => {
  for (const counts of countsOf(one, guard)) counts.started += 1;
  one.open.add(guard);
  one.cohort.open += 1;
  one.cohort.hasChanged = true;
};

/** The first word counts; later ones change nothing. */
export const settleOutcome = (one: Standing, guard: RequestGuard, isBad: boolean): void => {
  if (one.bad[guard] !== undefined) return;
  one.bad[guard] = isBad;
  if (one.open.delete(guard)) {
    for (const counts of countsOf(one, guard)) counts[isBad ? 'bad' : 'good'] += 1;
    one.cohort.open -= 1;
    one.cohort.hasChanged = true;
  }
  const paired = PAIRED_GUARDS.find((name) => name === guard);
  if (one.pair !== null && paired !== undefined) settlePair(one.pair, paired);
};

export const openPair = (stable: Standing, guard: PairedGuard): void => {
  const { cohort } = stable;
  cohort.update.pairs ??= {};
  cohort.update.pairs[guard] ??= { started: 0, both: 0, stableOnly: 0, candidateOnly: 0, neither: 0 };
  cohort.update.pairs[guard].started! += 1;
  cohort.open += 1;
};

const settlePair = ({ stable, shadow }: NonNullable<Standing['pair']>, guard: PairedGuard): void => {
  const stableIsBad = stable.bad[guard];
  const candidateIsBad = shadow.bad[guard];
  const counts = stable.cohort.update.pairs?.[guard];
  if (counts === undefined || stableIsBad === undefined || candidateIsBad === undefined) return;
  if (stableIsBad) counts[candidateIsBad ? 'both' : 'stableOnly'] += 1;
  else counts[candidateIsBad ? 'candidateOnly' : 'neither'] += 1;
  stable.cohort.open -= 1;
  stable.cohort.hasChanged = true;
};

/** Both answers are there. Where stable failed there is nothing to compare with. */
export const compareAnswers = ({ stable, shadow }: NonNullable<Standing['pair']>): void => {
  const { cohort } = stable;
  cohort.open -= 1;
  cohort.hasChanged = true;
  if (stable.request.isFailed) return;
  cohort.update.comparisons ??= { started: 0, agree: 0, disagree: 0 };
  cohort.update.comparisons.started += 1;
  cohort.update.comparisons[shadow.request.isFailed || shadow.request.differs ? 'disagree' : 'agree'] += 1;
};

const countsOf = ({ request, cohort, drawn }: Standing, guard: RequestGuard): Outcomes[] => {
  const { track } = request;
  if (track === 'shadow') return [];
  const ofRequests = cohort.update.guards[guard]![track];
  switch (drawn?.kind) {
    case 'first':
      return [ofRequests, cohort.update.keys![guard]![track]];
    case 'again':
      return [ofRequests, againWith(cohort.update, drawn.candidateShare, guard)[track]];
    default:
      return [ofRequests];
  }
};

const againWith = (update: CohortUpdate, probability: number, guard: RequestGuard): TrackOutcomes => {
  update.keysAgain ??= [];
  let group = update.keysAgain.find(({ candidateShare }) => candidateShare === probability);
  if (group === undefined) {
    group = { candidateShare: probability, guards: {} };
    update.keysAgain.push(group);
  }
  return (group.guards[guard] ??= noOutcomes());
};

const noOutcomes = (): TrackOutcomes => ({ stable: nothing(), candidate: nothing() });
const nothing = (): Outcomes => ({ started: 0, bad: 0, good: 0 });
