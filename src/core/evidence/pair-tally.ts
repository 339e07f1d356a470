import type { PairCounts } from './cohort-update.ts';
import type { OpenCohort } from './evidence-state.ts';
import type { PendingRule } from './tally.ts';

/** Mirrored requests of one cohort with every pending pair decided one way. */
export interface PairTally {
  pairs: number;
  candidateOnly: number;
  stableOnly: number;
  alike: number;
}

/** Undefined while the cohort cannot be used yet: pairs are running and nobody says how many. */
export function pairTally(
  counts: PairCounts,
  cohort: OpenCohort,
  pending: PendingRule,
): PairTally | undefined {
  const alike = counts.both + counts.neither;
  const answered = alike + counts.candidateOnly + counts.stableOnly;
  const running = counts.started === undefined ? 0 : Math.max(0, counts.started - answered);
  const unknown = counts.started === undefined && (!cohort.settled || cohort.forsaken);
  const pairs = answered + (pending === 'leave-out' ? 0 : running);
  if (pairs === 0 || unknown) return undefined;
  return {
    pairs,
    candidateOnly: counts.candidateOnly + (pending === 'favour-stable' ? running : 0),
    stableOnly: counts.stableOnly + (pending === 'favour-candidate' ? running : 0),
    alike,
  };
}
