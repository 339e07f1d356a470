import { betAboveBound } from './bet-above-bound.ts';
import { betMeanAbove, levelTally } from './bet-mean.ts';
import { betPairedWorse } from './bet-paired-worse.ts';
import { betWorse } from './bet-worse.ts';
import { COMPARISON_GUARD } from './comparison-guard.ts';
import { decidingOutcomes, levelsOf } from './deciding-outcomes.ts';
import { isBoundDerived } from './derived-bound.ts';
import { playCohort } from './e-process.ts';
import type { EvidenceSpec, GuardSpec } from './evidence-spec.ts';
import type { CohortOutcomes, OpenCohort, RollbackProcesses } from './evidence-state.ts';
import { isSplit } from './exposure.ts';
import { pairTally } from './pair-tally.ts';
import { earlyTally, tally } from './tally.ts';
import { playBoth, playWorse } from './worse-process.ts';

/** Plays one cohort in a guard's rollback tests. Pending outcomes count for the candidate. */
export function playRollback(
  processes: RollbackProcesses,
  evidence: EvidenceSpec,
  guard: GuardSpec,
  cohort: OpenCohort,
  seen: CohortOutcomes,
): void {
  if (seen.isWarmUp) return;
  let ofRequests: number[] | undefined;
  for (const group of decidingOutcomes(evidence, guard, cohort, seen)) {
    const { candidateShare } = group;
    if (group.kind === 'mean') {
      if (!isSplit(candidateShare) || seen.isUncentred) continue;
      const counts = levelTally(levelsOf(group), 'favour-candidate');
      const factors = betMeanAbove(candidateShare, seen.stableShare, 0, counts);
      playCohort(processes.compare, factors, group.candidate.started);
      continue;
    }
    if (isSplit(candidateShare)) {
      const counts = tally(group.outcomes, 'favour-candidate');
      const factors = betWorse(candidateShare, seen.stableShare, counts);
      if (group.outcomes === seen.outcomes) ofRequests = factors;
      playCohort(processes.compare, factors, group.outcomes.candidate.started);
    }
    if (!(cohort.isPullSpent && isBoundDerived(guard))) playBound(processes, seen, group.outcomes);
  }
  if (guard.name === COMPARISON_GUARD) playBound(processes, seen, seen.outcomes);
  playPull(processes, evidence, guard, cohort, seen, ofRequests);
  const pairs = seen.pairs && pairTally(seen.pairs, cohort, 'favour-candidate');
  if (pairs) playCohort(processes.paired, betPairedWorse(pairs.candidateOnly, pairs.stableOnly), pairs.pairs);
}

function playBound(
  processes: RollbackProcesses,
  seen: CohortOutcomes,
  outcomes: CohortOutcomes['outcomes'],
): void {
  if (seen.boundShare === undefined || outcomes.candidate.started === 0) return;
  const counts = tally(outcomes, 'favour-candidate');
  const factors = betAboveBound(seen.boundShare, counts.candidateBad, counts.candidateGood);
  playCohort(processes.bound, factors, outcomes.candidate.started);
}

/**
 * Warnings rest on two readings that may mislead, each in its own way. Requests of one key share its draw. And at the early
 * age a candidate that fails sooner looks worse than a stable that fails as often in the end; but without it, a stable whose good
 * answers take half a minute would hide a candidate that fails at once.
 */
function playPull(
  { pull }: RollbackProcesses,
  evidence: EvidenceSpec,
  guard: GuardSpec,
  cohort: OpenCohort,
  seen: CohortOutcomes,
  ofRequests: readonly number[] | undefined,
): void {
  if (guard.name === COMPARISON_GUARD || guard.kind === 'mean') return;
  if (cohort.isPullSpent || cohort.isRealised || !isSplit(cohort.candidateShare)) return;
  const { stable, candidate } = seen.outcomes;
  if (stable.started + candidate.started === 0) return;
  if (evidence.unit === 'key') {
    const requestShare = seen.requestShare ?? seen.stableShare;
    playWorse(
      pull,
      cohort.candidateShare,
      { stableShare: requestShare, earlyShare: requestShare },
      seen.outcomes,
    );
    return;
  }
  // Where nobody reports early outcomes, both readings are of the same numbers.
  const isSame = seen.earlyShare === seen.stableShare && (stable.early ?? candidate.early) === undefined;
  const early =
    isSame && ofRequests !== undefined
      ? ofRequests
      : betWorse(cohort.candidateShare, seen.earlyShare, earlyTally(seen.outcomes, 'favour-candidate'));
  playBoth(pull, early, early, candidate.started);
}
