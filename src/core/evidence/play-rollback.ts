import { betAboveBound } from './bet-above-bound.ts';
import { betPairedWorse } from './bet-paired-worse.ts';
import { betWorse } from './bet-worse.ts';
import { COMPARISON_GUARD } from './comparison-guard.ts';
import { playCohort } from './e-process.ts';
import type { CohortOutcomes, OpenCohort, RollbackProcesses } from './evidence-state.ts';
import { isSplit } from './exposure.ts';
import { pairTally } from './pair-tally.ts';
import { tally } from './tally.ts';

/** Plays one cohort in a guard's rollback tests. Pending outcomes count for the candidate. */
export function playRollback(
  processes: RollbackProcesses,
  guard: string,
  cohort: OpenCohort,
  seen: CohortOutcomes,
): void {
  const { stable, candidate } = seen.outcomes;
  if (stable.started > 0 || candidate.started > 0) {
    const counts = tally(seen.outcomes, 'favour-candidate');
    if (guard !== COMPARISON_GUARD && isSplit(cohort.candidateShare)) {
      playCohort(
        processes.compare,
        betWorse(cohort.candidateShare, seen.stableShare, counts),
        candidate.started,
      );
    }
    if (seen.boundShare !== undefined && candidate.started > 0) {
      const factors = betAboveBound(seen.boundShare, counts.candidateBad, counts.candidateGood);
      playCohort(processes.bound, factors, candidate.started);
    }
  }
  const pairs = seen.pairs && pairTally(seen.pairs, cohort, 'favour-candidate');
  if (pairs) playCohort(processes.paired, betPairedWorse(pairs.candidateOnly, pairs.stableOnly), pairs.pairs);
}
