import type { TrackLevels } from './deciding-outcomes.ts';
import { decidingOutcomes, levelsOf } from './deciding-outcomes.ts';
import type { EvidenceSpec, GuardSpec } from './evidence-spec.ts';
import type { CohortOutcomes, OpenCohort } from './evidence-state.ts';
import { isSplit } from './exposure.ts';

/**
 * Counts of all cohorts that were drawn by the same coin and are judged around the same centre. Both were fixed before
 * the outcomes, so products over single requests may be taken over the sums.
 */
export interface DifferenceCell extends TrackLevels {
  candidateShare: number;
  /** Stable's share (or mean) expected beforehand, on a coarse grid. */
  centre: number;
}

/** Adds a cohort to the cells of a guard, changing them. */
export function addToCells(
  cells: Record<string, DifferenceCell>,
  evidence: EvidenceSpec,
  guard: GuardSpec,
  cohort: OpenCohort,
  seen: CohortOutcomes,
): void {
  // A foreign router has as many realised shares as blocks; there would be no end of cells.
  if (seen.isWarmUp || cohort.isRealised) return;
  const centre = coarse(seen.stableShare);
  for (const group of decidingOutcomes(evidence, guard, cohort, seen)) {
    if (!isSplit(group.candidateShare)) continue;
    const levels = levelsOf(group);
    const key = `${group.candidateShare}/${centre}`;
    const cell = cells[key];
    if (cell === undefined) cells[key] = { candidateShare: group.candidateShare, centre, ...levels };
    else {
      for (const track of ['stable', 'candidate'] as const) {
        cell[track].pending += levels[track].pending;
        levels[track].counts.forEach((count, level) => {
          cell[track].counts[level]! += count;
        });
      }
    }
  }
}

/** Steps of a quarter in log-odds: some forty values between one in ten thousand and its opposite. */
function coarse(share: number): number {
  const inside = Math.min(1 - 1e-4, Math.max(1e-4, share));
  const logOdds = Math.round(4 * Math.log(inside / (1 - inside))) / 4;
  return 1 / (1 + Math.exp(-logOdds));
}
