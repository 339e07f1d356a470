import type { RolloutEvidence } from './evidence-state.ts';
import { openStage } from './open-evidence.ts';
import { countCohort, playAdvance } from './play-advance.ts';
import { playRollback } from './play-rollback.ts';

/** Moves settled cohorts from the front of the order into the guards' processes, where they cost no more memory. */
export function foldSettled(evidence: RolloutEvidence): void {
  let folded = 0;
  for (const cohort of evidence.open) {
    if (!cohort.settled) break;
    for (const spec of evidence.spec.guards) {
      const guard = evidence.guards[spec.name]!;
      const seen = cohort.guards[spec.name]!;
      const stage = (guard.stages[cohort.stage] ??= openStage());
      playRollback(guard.rollback, spec.name, cohort, seen);
      playAdvance(stage, spec, cohort, seen, 'favour-stable');
      countCohort(stage, cohort, seen);
    }
    finish(evidence, cohort.source, cohort.index);
    folded += 1;
  }
  evidence.open.splice(0, folded);
}

/** From now on, updates of this source up to `index` that are not in the order are ignored. */
export function finish(evidence: RolloutEvidence, source: string, index: number): void {
  const before = Object.hasOwn(evidence.finishedUpTo, source) ? evidence.finishedUpTo[source]! : -1;
  evidence.finishedUpTo[source] = Math.max(before, index);
}
