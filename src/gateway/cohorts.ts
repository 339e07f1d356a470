import type { CohortUpdate, Outcomes, PairCounts, TrackOutcomes } from '../core/evidence/index.ts';
import type { CandidateRoute } from '../core/routing/table.ts';

/** The guards whose outcomes a gateway sees by itself; `disagree` travels as comparisons. */
export const GATEWAY_GUARDS = ['errors', 'slow', 'feedback'] as const;
export type GatewayGuard = (typeof GATEWAY_GUARDS)[number];

/** The guards that a mirrored request can settle on both sides. */
export const PAIRED_GUARDS = ['errors', 'slow'] as const;
export type PairedGuard = (typeof PAIRED_GUARDS)[number];

/** Requests that started in one slice of time under one candidate share, and everything still open about them. */
export interface Cohort {
  readonly service: string;
  readonly rollout: string;
  readonly readings: CandidateRoute['readings'];
  readonly guards: Readonly<Partial<Record<GatewayGuard, TrackOutcomes>>>;
  readonly pairs: Partial<Record<PairedGuard, Required<PairCounts>>>;
  readonly comparisons: { started: number; agree: number; disagree: number };
  readonly index: number;
  readonly stage: number;
  readonly candidateShare: number;
  readonly startedAtMs: number;
  /** Monotonic end of the slice. */
  readonly endsAtMs: number;
  isClosed: boolean;
  /** Outcomes, pairs and comparisons that are not final. */
  open: number;
  /** The part of `open` that belongs to the guard `errors`. */
  openErrors: number;
  /** Number of the frame that carried its present state; 0 while it has changed since. */
  inFrame: number;
}

export interface Cohorts {
  /** The cohort for a request that starts now; a new one when the slice is over or anything about the exposure changed. */
  at(service: string, candidate: CandidateRoute, candidateShare: number, nowMs: number): Cohort;
  /** Closes the cohorts whose slice is over. */
  closeEnded(nowMs: number): void;
  /** Closes everything open, whatever its slice: the exposure has changed. */
  closeAll(): void;
  /** To be called after each change of a cohort. */
  touched(cohort: Cohort): void;
  /** Cohorts that changed since the last call. */
  takeTouched(): readonly Cohort[];
  /** Cohorts that the control plane has not confirmed in their present state. */
  unconfirmed(limit: number): readonly Cohort[];
  /** Makes every retained cohort unconfirmed: the other side may have forgotten. */
  resend(): void;
  /** Forgets the settled cohorts whose last state was in a frame up to `seq`. */
  stored(seq: number): void;
  retained(): number;
}

export interface CohortsSpec {
  readonly sliceMs: number;
  /** More than so many and the oldest settled ones are given up; `onGivenUp` hears how many. */
  readonly retainedAtMost: number;
  readonly onGivenUp: (count: number) => void;
}

export const isSettled = (cohort: Cohort): boolean => cohort.isClosed && cohort.open === 0;

export function openCohorts({ sliceMs, retainedAtMost, onGivenUp }: CohortsSpec): Cohorts {
  const indexes = new Map<string, number>();
  const current = new Map<string, Cohort>();
  const retained = new Set<Cohort>();
  const unsent = new Set<Cohort>();
  let changed = new Set<Cohort>();

  const touched = (cohort: Cohort): void => {
    cohort.inFrame = 0;
    changed.add(cohort);
    unsent.add(cohort);
  };
  const close = (service: string, cohort: Cohort): void => {
    current.delete(service);
    cohort.isClosed = true;
    touched(cohort);
  };
  const giveUpOldest = (): void => {
    let given = 0;
    for (const cohort of retained) {
      if (retained.size <= retainedAtMost) break;
      if (!isSettled(cohort)) continue;
      retained.delete(cohort);
      unsent.delete(cohort);
      given += 1;
    }
    if (given > 0) onGivenUp(given);
  };

  return {
    at(service, candidate, candidateShare, nowMs) {
      const present = current.get(service);
      if (present !== undefined) {
        const isSame =
          nowMs < present.endsAtMs &&
          present.candidateShare === candidateShare &&
          present.rollout === candidate.rollout &&
          present.stage === candidate.stage &&
          present.readings === candidate.readings;
        if (isSame) return present;
        close(service, present);
      }
      const index = indexes.get(candidate.rollout) ?? 0;
      indexes.set(candidate.rollout, index + 1);
      const cohort = emptyCohort(service, candidate, candidateShare, index, nowMs + sliceMs);
      current.set(service, cohort);
      retained.add(cohort);
      touched(cohort);
      if (retained.size > retainedAtMost) giveUpOldest();
      return cohort;
    },
    closeEnded(nowMs) {
      for (const [service, cohort] of current) if (nowMs >= cohort.endsAtMs) close(service, cohort);
    },
    closeAll() {
      for (const [service, cohort] of current) close(service, cohort);
    },
    touched,
    takeTouched() {
      if (changed.size === 0) return [];
      const taken = [...changed];
      changed = new Set();
      return taken;
    },
    unconfirmed(limit) {
      const batch: Cohort[] = [];
      for (const cohort of unsent) {
        if (batch.length === limit) break;
        unsent.delete(cohort);
        batch.push(cohort);
      }
      return batch;
    },
    resend() {
      for (const cohort of retained) unsent.add(cohort);
    },
    stored(seq) {
      for (const cohort of retained) {
        if (cohort.inFrame > 0 && cohort.inFrame <= seq && isSettled(cohort)) {
          retained.delete(cohort);
          unsent.delete(cohort);
        }
      }
    },
    retained: () => retained.size,
  };
}

/** The cohort as it travels. A copy, so that it may be kept. */
export function updateOf(cohort: Cohort, source: string): CohortUpdate {
  const { pairs, comparisons } = cohort;
  const guards: Record<string, TrackOutcomes> = {};
  for (const name of GATEWAY_GUARDS) {
    const outcomes = cohort.guards[name];
    if (outcomes !== undefined)
      guards[name] = { stable: { ...outcomes.stable }, candidate: { ...outcomes.candidate } };
  }
  return {
    source,
    index: cohort.index,
    stage: cohort.stage,
    candidateShare: cohort.candidateShare,
    startedAtMs: cohort.startedAtMs,
    closed: cohort.isClosed,
    settled: isSettled(cohort),
    guards,
    ...(pairs.errors || pairs.slow ? { pairs: structuredClone(pairs) as Record<string, PairCounts> } : {}),
    ...(comparisons.started > 0 ? { comparisons: { ...comparisons } } : {}),
  };
}

function emptyCohort(
  service: string,
  candidate: CandidateRoute,
  candidateShare: number,
  index: number,
  endsAtMs: number,
): Cohort {
  const guards: Partial<Record<GatewayGuard, TrackOutcomes>> = {};
  for (const { name } of candidate.readings.guards) {
    const known = GATEWAY_GUARDS.find((guard) => guard === name);
    if (known !== undefined) guards[known] = { stable: noOutcomes(), candidate: noOutcomes() };
  }
  return {
    service,
    rollout: candidate.rollout,
    readings: candidate.readings,
    guards,
    pairs: {},
    comparisons: { started: 0, agree: 0, disagree: 0 },
    index,
    stage: candidate.stage,
    candidateShare,
    startedAtMs: Date.now(),
    endsAtMs,
    isClosed: false,
    open: 0,
    openErrors: 0,
    inFrame: 0,
  };
}

const noOutcomes = (): Outcomes => ({ started: 0, bad: 0, good: 0 });
