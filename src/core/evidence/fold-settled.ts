import { countCohort, rememberRecent } from './count-cohort.ts';
import { addToCells } from './difference-cell.ts';
import type { OpenCohort, RolloutEvidence } from './evidence-state.ts';
import { openStage } from './open-evidence.ts';
import { playAdvance, playPairsNotWorse } from './play-advance.ts';
import { playAssignment } from './play-assignment.ts';
import { playRollback } from './play-rollback.ts';

/** Hears of each cohort that leaves the open ones for good, in the order in which they are folded. */
export type OnFolded = (cohort: OpenCohort) => void;

/** Moves settled cohorts from the front of the order into the guards' processes, where they cost no more memory. */
export function foldSettled(evidence: RolloutEvidence, onFolded?: OnFolded): void {
  let folded = 0;
  for (const cohort of evidence.open) {
    if (!cohort.settled) break;
    foldOne(evidence, cohort);
    onFolded?.(cohort);
    folded += 1;
  }
  evidence.open.splice(0, folded);
}

function foldOne(evidence: RolloutEvidence, cohort: OpenCohort): void {
  for (const spec of evidence.spec.guards) {
    const guard = evidence.guards[spec.name]!;
    const seen = cohort.guards[spec.name]!;
    const stage = (guard.stages[cohort.stage] ??= openStage(spec));
    playRollback(guard.rollback, evidence.spec, spec, cohort, seen);
    playAdvance(stage.advance, evidence.spec, spec, cohort, seen, 'favour-stable');
    if (isOfPresentPull(evidence, cohort))
      playPairsNotWorse(guard.cleared, spec, cohort, seen, 'favour-stable');
    countCohort(stage, evidence.spec, cohort, seen);
    addToCells(guard.cells, evidence.spec, spec, cohort, seen);
    rememberRecent(guard, seen);
  }
  playAssignment(evidence.assignment, evidence.spec, cohort);
  finish(evidence, cohort.source, cohort.index);
}

export function isOfPresentPull({ pull }: RolloutEvidence, cohort: OpenCohort): boolean {
  return pull.isOpen && cohort.pull === pull.episode;
}

/** From now on, updates of this source up to `index` that are not in the order are ignored. */
export function finish(evidence: RolloutEvidence, source: string, index: number): void {
  const before = Object.hasOwn(evidence.finishedUpTo, source) ? evidence.finishedUpTo[source]! : -1;
  evidence.finishedUpTo[source] = Math.max(before, index);
}
