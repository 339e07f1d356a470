import type { RolloutEvidence } from './evidence-state.ts';
import { finish, foldSettled, type OnFolded } from './fold-settled.ts';

/**
 * The gateway process `source` is gone for good: its cohorts get no more outcomes. What is pending in them stays undecided and so counts
 * for the candidate in rollback, for ever; what was seen stays evidence there. For moving on the whole cohort is left out. Changes `evidence` in
 * place. Should the process come back after all, its later cohorts are taken, the forsaken ones are not.
 */
export function forsake(evidence: RolloutEvidence, source: string, onFolded?: OnFolded): void {
  for (const cohort of evidence.open) {
    if (cohort.source !== source) continue;
    // A cohort that had settled is complete; only the others lose their rest.
    cohort.forsaken = !cohort.settled;
    cohort.closed = true;
    cohort.settled = true;
    finish(evidence, source, cohort.index);
  }
  foldSettled(evidence, onFolded);
}
