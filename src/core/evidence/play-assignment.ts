import { COMPARISON_GUARD } from './comparison-guard.ts';
import { playCohort } from './e-process.ts';
import type { EvidenceSpec } from './evidence-spec.ts';
import type { OpenCohort, RolloutEvidence } from './evidence-state.ts';
import { isSplit } from './exposure.ts';

/** Factors on the odds of the candidate's probability that a broken split might have. */
export const SPLIT_LIFTS: readonly number[] = [0.1, 0.5, 0.8, 0.91, 1.1, 1.25, 2, 10];

/**
 * Bets that units reach the candidate with another probability than the coin was given: with w the coin's and w' that of odds lifted
 * by r, a unit of the candidate pays w'/w and one of stable (1-w')/(1-w), which is 1 on average while the coin is obeyed (a
 * sample-ratio test that may be looked at at any time). Requests with a share of their own per key say nothing; there keys are counted.
 */
export function playAssignment(
  assignment: RolloutEvidence['assignment'],
  spec: EvidenceSpec,
  cohort: OpenCohort,
): void {
  if (cohort.isRealised || spec.isSplitTested === false) return;
  for (const { candidateShare, stable, candidate } of startedUnits(spec, cohort)) {
    const total = stable + candidate;
    if (total === 0 || !isSplit(candidateShare)) continue;
    const factors = SPLIT_LIFTS.map((lift) => {
      const scale = 1 + candidateShare * (lift - 1);
      return candidate * Math.log(lift) - total * Math.log(scale);
    });
    playCohort(assignment.process, factors, total);
    assignment.stable += stable;
    assignment.candidate += candidate;
    assignment.expectedCandidate += candidateShare * total;
  }
}

/** Every guard counts the same units unless it samples, so the first that does not sample stands for all. */
function startedUnits(
  spec: EvidenceSpec,
  cohort: OpenCohort,
): { candidateShare: number; stable: number; candidate: number }[] {
  const guard = spec.guards.find(
    ({ name, kind }) => kind !== 'mean' && name !== COMPARISON_GUARD && !SAMPLING_GUARDS.includes(name),
  );
  const seen = guard && cohort.guards[guard.name];
  if (!seen) return [];
  if (spec.unit === 'key')
    return (seen.keys ?? []).map(({ candidateShare, outcomes }) => ({
      candidateShare,
      stable: outcomes.stable.started,
      candidate: outcomes.candidate.started,
    }));
  const { stable, candidate } = seen.outcomes;
  return [{ candidateShare: cohort.candidateShare, stable: stable.started, candidate: candidate.started }];
}

const SAMPLING_GUARDS: readonly string[] = ['invalid', 'judge', 'feedback'];
