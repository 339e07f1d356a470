import {
  type CohortUpdate,
  type EarlyOutcomes,
  MEAN_STEPS,
  type MeanOutcomes,
  type Outcomes,
  type PairCounts,
  type TrackMeans,
  type TrackOutcomes,
} from '../../core/evidence/index.ts';
import type { CandidateRoute } from '../../core/routing/table.ts';
import {
  BIT,
  EARLY_BITS,
  GATEWAY_GUARDS,
  type GatewayGuard,
  MEASURES,
  type Measure,
  type PairedGuard,
} from './gateway-guards.ts';

export type GuardCounts = Readonly<Partial<Record<GatewayGuard, TrackOutcomes>>>;

/** Requests that started in one slice of time under one candidate share, and everything still open about them. */
export interface Cohort {
  readonly service: string;
  readonly rollout: string;
  readonly readings: CandidateRoute['readings'];
  readonly guards: GuardCounts;
  readonly earlierShare: number;
  /** The first request of each sticky key; null where every request is drawn by itself. */
  readonly keys: GuardCounts | null;
  readonly means: Readonly<Partial<Record<Measure, TrackMeans>>>;
  readonly pairs: Partial<Record<PairedGuard, Required<PairCounts>>>;
  readonly comparisons: { started: number; agree: number; disagree: number };
  readonly index: number;
  readonly stage: number;
  readonly candidateShare: number;
  readonly startedAtMs: number;
  /** Monotonic end of the slice. */
  readonly endsAtMs: number;
  isClosed: boolean;
  /** Outcomes, values, pairs and comparisons that are not final. */
  open: number;
  /** The part of `open` that belongs to the guard `errors`. */
  openErrors: number;
  /** The part of `open` that belongs to the guard `score`. */
  openScores: number;
  /** Number of the frame that carried its present state; 0 while it has changed since. */
  inFrame: number;
}

export interface CohortStart {
  readonly service: string;
  readonly candidate: CandidateRoute;
  readonly candidateShare: number;
  readonly index: number;
  readonly endsAtMs: number;
}

export function emptyCohort({ service, candidate, candidateShare, index, endsAtMs }: CohortStart): Cohort {
  const { readings, rollout, stage } = candidate;
  const isRead = (name: string): boolean => readings.guards.some((guard) => guard.name === name);
  const means: Partial<Record<Measure, TrackMeans>> = {};
  for (const name of MEASURES) {
    if (isRead(name) && readings[name] !== undefined)
      means[name] = { stable: noValues(), candidate: noValues() };
  }
  return {
    service,
    rollout,
    readings,
    guards: noCounts(isRead),
    earlierShare: candidate.earlierShare ?? 0,
    keys: readings.unit === 'key' ? noCounts(isRead) : null,
    means,
    pairs: {},
    comparisons: { started: 0, agree: 0, disagree: 0 },
    index,
    stage,
    candidateShare,
    startedAtMs: Date.now(),
    endsAtMs,
    isClosed: false,
    open: 0,
    openErrors: 0,
    openScores: 0,
    inFrame: 0,
  };
}

export const isSettled = (cohort: Cohort): boolean => cohort.isClosed && cohort.open === 0;

/** The cohort as it travels. A copy, so that it may be kept. */
export function updateOf(cohort: Cohort, source: string): CohortUpdate {
  const { pairs, comparisons, keys } = cohort;
  const means = meansOf(cohort);
  return {
    source,
    index: cohort.index,
    stage: cohort.stage,
    candidateShare: cohort.candidateShare,
    startedAtMs: cohort.startedAtMs,
    closed: cohort.isClosed,
    settled: isSettled(cohort),
    guards: copyOf(cohort.guards),
    ...(keys !== null && keysOf(cohort, keys)),
    ...(means !== null && { means }),
    ...(Object.keys(pairs).length > 0 && { pairs: structuredClone(pairs) as Record<string, PairCounts> }),
    ...(comparisons.started > 0 && { comparisons: { ...comparisons } }),
  };
}

/**
 * Keys that stayed with stable while the share was v reach the candidate with the probability (w - v) / (1 - v), whatever they did
 * before; those placed below v are not counted.
 */
export function keysOf(
  { candidateShare, earlierShare }: Pick<Cohort, 'candidateShare' | 'earlierShare'>,
  keys: GuardCounts,
): Pick<CohortUpdate, 'keys' | 'keysAgain' | 'meansShare'> {
  if (earlierShare === 0) return { keys: copyOf(keys) };
  const drawnAgain = Math.max(0, (candidateShare - earlierShare) / (1 - earlierShare));
  return { keysAgain: [{ candidateShare: drawnAgain, guards: copyOf(keys) }], meansShare: drawnAgain };
}

/**
 * Scores come from the users who care to give one, the pleased ones perhaps sooner than the others. So those of a cohort are told together, when
 * no more can come; told as they arrive they would show the quick ones only.
 */
function meansOf({ means, isClosed, openScores }: Cohort): Record<string, TrackMeans> | null {
  let told: Record<string, TrackMeans> | null = null;
  for (const name of MEASURES) {
    const values = means[name];
    if (values === undefined || (name === 'score' && !(isClosed && openScores === 0))) continue;
    told ??= {};
    told[name] = { stable: copyOfValues(values.stable), candidate: copyOfValues(values.candidate) };
  }
  return told;
}

function copyOf(counts: GuardCounts): Record<string, TrackOutcomes> {
  const copy: Record<string, TrackOutcomes> = {};
  for (const name of GATEWAY_GUARDS) {
    const tracks = counts[name];
    if (tracks !== undefined) copy[name] = copyOfTracks(tracks);
  }
  return copy;
}

export const copyOfTracks = ({ stable, candidate }: TrackOutcomes): TrackOutcomes => ({
  stable: copyOfOutcomes(stable),
  candidate: copyOfOutcomes(candidate),
});

const copyOfOutcomes = ({ started, bad, good, early }: Outcomes): Outcomes =>
  early === undefined ? { started, bad, good } : { started, bad, good, early: { ...early } };

const copyOfValues = ({ started, levels }: MeanOutcomes): MeanOutcomes => ({ started, levels: [...levels] });

function noCounts(isRead: (name: string) => boolean): GuardCounts {
  const counts: Partial<Record<GatewayGuard, TrackOutcomes>> = {};
  for (const name of GATEWAY_GUARDS) {
    if (isRead(name)) counts[name] = { stable: noOutcomes(name), candidate: noOutcomes(name) };
  }
  return counts;
}

function noOutcomes(guard: GatewayGuard): Outcomes {
  const none: Outcomes = { started: 0, bad: 0, good: 0 };
  const early: EarlyOutcomes = { bad: 0, good: 0 };
  return (BIT[guard] & EARLY_BITS) === 0 ? none : { ...none, early };
}

const noValues = (): MeanOutcomes => ({ started: 0, levels: new Array<number>(MEAN_STEPS + 1).fill(0) });
