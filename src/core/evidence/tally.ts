import type { Outcomes, TrackOutcomes } from './cohort-update.ts';

/** Counts of one cohort with every pending outcome decided one way. */
export interface Tally {
  candidateBad: number;
  candidateGood: number;
  stableBad: number;
  stableGood: number;
}

/**
 * How requests without an outcome are counted. Each test takes the way that hurts it most, because slow outcomes are not a
 * fair sample: `favour-candidate` before a rollback, `favour-stable` before an advance. `leave-out` is for forecasts only.
 */
export type PendingRule = 'favour-candidate' | 'favour-stable' | 'leave-out';

export function pendingOf(outcomes: Outcomes): number {
  return Math.max(0, outcomes.started - outcomes.bad - outcomes.good);
}

/** The same for the outcomes at the early age; those of a gateway that reports none are taken as they stand. */
export function earlyTally(outcomes: TrackOutcomes, pending: PendingRule): Tally {
  const { stable, candidate } = outcomes;
  if (stable.early === undefined && candidate.early === undefined) return tally(outcomes, pending);
  return tally({ stable: early(stable), candidate: early(candidate) }, pending);
}

function early(outcomes: Outcomes): Outcomes {
  const { bad, good } = outcomes.early ?? { bad: 0, good: 0 };
  return { started: outcomes.started, bad, good };
}

export function tally({ stable, candidate }: TrackOutcomes, pending: PendingRule): Tally {
  const candidatePending = pending === 'leave-out' ? 0 : pendingOf(candidate);
  const stablePending = pending === 'leave-out' ? 0 : pendingOf(stable);
  const candidateFavoured = pending === 'favour-candidate';
  return {
    candidateBad: candidate.bad + (candidateFavoured ? 0 : candidatePending),
    candidateGood: candidate.good + (candidateFavoured ? candidatePending : 0),
    stableBad: stable.bad + (candidateFavoured ? stablePending : 0),
    stableGood: stable.good + (candidateFavoured ? 0 : stablePending),
  };
}
