import { admitCohort } from './admit-cohort.ts';
import type { CohortUpdate } from './cohort-update.ts';
import type { OpenCohort, RolloutEvidence } from './evidence-state.ts';
import { foldSettled, type OnFolded } from './fold-settled.ts';
import { mergeUpdate } from './merge-update.ts';
import { requirePossible } from './require-possible.ts';

/**
 * Takes in one update, changing `evidence` in place. Updates may be late, doubled or out of order: each counter keeps the highest
 * value seen, `closed` and `settled` stay set, and updates of cohorts that were folded or forsaken are ignored. Stage and candidate
 * share are those of the first update. Throws a RangeError, before any change, for an update with impossible numbers.
 */
export function absorb(evidence: RolloutEvidence, update: CohortUpdate, onFolded?: OnFolded): void {
  requirePossible(update);
  const cohort = findOpen(evidence, update) ?? admitCohort(evidence, update);
  if (!cohort || cohort.forsaken) return;
  for (const spec of evidence.spec.guards)
    mergeUpdate(cohort.guards[spec.name]!, spec, cohort.candidateShare, update);
  cohort.closed ||= update.closed;
  cohort.settled ||= update.settled;
  if (cohort.settled) foldSettled(evidence, onFolded);
}

function findOpen({ open }: RolloutEvidence, { source, index }: CohortUpdate): OpenCohort | undefined {
  return open.findLast((cohort) => cohort.index === index && cohort.source === source);
}
