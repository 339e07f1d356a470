import { betBelowBound } from './bet-below-bound.ts';
import { betMeanBelow, levelTally } from './bet-mean.ts';
import { betNotWorse } from './bet-not-worse.ts';
import { betPairedNotWorse } from './bet-paired-not-worse.ts';
import { COMPARISON_GUARD } from './comparison-guard.ts';
import { decidingOutcomes, levelsOf } from './deciding-outcomes.ts';
import { type EProcess, playCohort } from './e-process.ts';
import type { EvidenceSpec, GuardSpec } from './evidence-spec.ts';
import type { CohortOutcomes, OpenCohort, StageEvidence } from './evidence-state.ts';
import { isSplit } from './exposure.ts';
import { pairTally } from './pair-tally.ts';
import { type PendingRule, tally } from './tally.ts';

/** Plays one cohort in a guard's advance tests of its stage. `favour-stable` for a decision, `leave-out` for a forecast. */
export function playAdvance(
  advance: StageEvidence['advance'],
  evidence: EvidenceSpec,
  guard: GuardSpec,
  cohort: OpenCohort,
  seen: CohortOutcomes,
  pending: PendingRule,
): void {
  // When a gateway dies says nothing about its requests, but which of them had an outcome by then does.
  if (seen.isWarmUp || cohort.forsaken) return;
  for (const group of decidingOutcomes(evidence, guard, cohort, seen)) {
    if (group.kind === 'mean') {
      if (!isSplit(group.candidateShare) || seen.isUncentred) continue;
      const counts = levelTally(levelsOf(group), pending);
      const factors = betMeanBelow(group.candidateShare, seen.stableShare, guard.marginShare, counts);
      playCohort(advance.compare, factors, group.candidate.started);
      continue;
    }
    if (group.notWorsePay) {
      const factors = [betNotWorse(group.notWorsePay, tally(group.outcomes, pending))];
      playCohort(advance.compare, factors, group.outcomes.candidate.started);
    }
    playBound(advance, seen, group.outcomes, pending);
  }
  if (guard.name === COMPARISON_GUARD) playBound(advance, seen, seen.outcomes, pending);
  // Pairs of a pull say whether the warning was right; a second chance to leave the stage they are not.
  if (cohort.pull === undefined) playPairsNotWorse(advance.paired, guard, cohort, seen, pending);
}

export function playPairsNotWorse(
  process: EProcess,
  guard: GuardSpec,
  cohort: OpenCohort,
  seen: CohortOutcomes,
  pending: PendingRule,
): void {
  const pairs = seen.pairs && pairTally(seen.pairs, cohort, pending);
  if (!pairs || guard.kind === 'mean') return;
  const factors = betPairedNotWorse(guard.marginShare, pairs.candidateOnly, pairs.stableOnly, pairs.alike);
  playCohort(process, factors, pairs.pairs);
}

function playBound(
  advance: StageEvidence['advance'],
  seen: CohortOutcomes,
  outcomes: CohortOutcomes['outcomes'],
  pending: PendingRule,
): void {
  if (seen.boundShare === undefined || outcomes.candidate.started === 0) return;
  const counts = tally(outcomes, pending);
  const factors = betBelowBound(seen.boundShare, counts.candidateBad, counts.candidateGood);
  playCohort(advance.bound, factors, outcomes.candidate.started);
}
