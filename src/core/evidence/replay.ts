import type { EvidenceSpec } from './evidence-spec.ts';
import type { OpenCohort, RolloutEvidence } from './evidence-state.ts';
import type { EvidenceStep } from './evidence-step.ts';
import { foldSettled } from './fold-settled.ts';
import { openEvidence } from './open-evidence.ts';
import { beginPull, endPull } from './pull.ts';

/**
 * The evidence of a rollout computed anew from what is stored of it: all `steps` in their order, then the `open` cohorts as
 * they stood. Reading the guards of the result gives what they gave then. Changes none of its arguments.
 */
export function replayEvidence(
  spec: EvidenceSpec,
  steps: Iterable<EvidenceStep>,
  open: readonly OpenCohort[],
): RolloutEvidence {
  const evidence = openEvidence(spec);
  for (const step of steps) replayStep(evidence, step);
  return withOpen(evidence, open);
}

/** Takes the next step, changing `evidence` in place; for replays that are too long to hold in memory. */
export function replayStep(evidence: RolloutEvidence, step: EvidenceStep): void {
  switch (step.type) {
    case 'folded':
      replayCohort(evidence, step.cohort);
      break;
    case 'pull-began':
      beginPull(evidence, step.episode);
      break;
    case 'pull-ended':
      endPull(evidence, step.episode);
  }
}

/** The same evidence with these cohorts open, as it was at one moment of a replay that goes on. */
export function withOpen(evidence: RolloutEvidence, open: readonly OpenCohort[]): RolloutEvidence {
  return { ...structuredClone(evidence), open: structuredClone([...open]) };
}

function replayCohort(evidence: RolloutEvidence, cohort: OpenCohort): void {
  evidence.open = [cohort];
  foldSettled(evidence);
  if (evidence.open.length > 0)
    throw new RangeError(`cohort ${cohort.index} of ${cohort.source} is not settled and cannot be folded`);
}
