import { betBelowBound } from './bet-below-bound.ts';
import { betNotWorse } from './bet-not-worse.ts';
import { betPairedNotWorse } from './bet-paired-not-worse.ts';
import { playCohort } from './e-process.ts';
import type { GuardSpec } from './evidence-spec.ts';
import type { CohortOutcomes, OpenCohort, StageEvidence } from './evidence-state.ts';
import { isNearlyAll } from './exposure.ts';
import { pairTally } from './pair-tally.ts';
import { type PendingRule, tally } from './tally.ts';

/** Plays one cohort in a guard's advance tests of its stage. `favour-stable` for a decision, `leave-out` for a forecast. */
export function playAdvance(
  stage: StageEvidence,
  spec: GuardSpec,
  cohort: OpenCohort,
  seen: CohortOutcomes,
  pending: PendingRule,
): void {
  const { stable, candidate } = seen.outcomes;
  if (stable.started > 0 || candidate.started > 0) {
    const counts = tally(seen.outcomes, pending);
    if (seen.notWorsePay) {
      playCohort(stage.advance.compare, [betNotWorse(seen.notWorsePay, counts)], candidate.started);
    }
    if (seen.boundShare !== undefined && candidate.started > 0) {
      const factors = betBelowBound(seen.boundShare, counts.candidateBad, counts.candidateGood);
      playCohort(stage.advance.bound, factors, candidate.started);
    }
  }
  const pairs = seen.pairs && pairTally(seen.pairs, cohort, pending);
  if (pairs) {
    const factors = betPairedNotWorse(spec.marginShare, pairs.candidateOnly, pairs.stableOnly, pairs.alike);
    playCohort(stage.advance.paired, factors, pairs.pairs);
  }
}

/** Adds one cohort to the counts of its stage. */
export function countCohort(stage: StageEvidence, cohort: OpenCohort, seen: CohortOutcomes): void {
  for (const track of ['stable', 'candidate'] as const) {
    const sum = stage.outcomes[track];
    sum.started += seen.outcomes[track].started;
    sum.bad += seen.outcomes[track].bad;
    sum.good += seen.outcomes[track].good;
  }
  if (!isNearlyAll(cohort.candidateShare)) {
    stage.yardstick.bad += seen.outcomes.stable.bad;
    stage.yardstick.good += seen.outcomes.stable.good;
  }
  if (seen.pairs) {
    const { both, stableOnly, candidateOnly, neither } = seen.pairs;
    stage.pairs.started! += seen.pairs.started ?? both + stableOnly + candidateOnly + neither;
    stage.pairs.both += both;
    stage.pairs.stableOnly += stableOnly;
    stage.pairs.candidateOnly += candidateOnly;
    stage.pairs.neither += neither;
  }
  stage.newest = {
    candidateShare: cohort.candidateShare,
    stableShare: seen.stableShare,
    ...(seen.boundShare !== undefined && { boundShare: seen.boundShare }),
  };
}
