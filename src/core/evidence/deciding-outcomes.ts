import { type NotWorsePay, notWorsePay } from './bet-not-worse.ts';
import { MEAN_STEPS, type MeanOutcomes, type Outcomes, type TrackOutcomes } from './cohort-update.ts';
import { COMPARISON_GUARD } from './comparison-guard.ts';
import type { EvidenceSpec, GuardSpec } from './evidence-spec.ts';
import type { CohortOutcomes, OpenCohort } from './evidence-state.ts';
import { isSplit } from './exposure.ts';
import { pendingOf } from './tally.ts';

/** Units that one coin decided about, in one cohort and for one guard. */
export type DecidingGroup =
  | {
      readonly kind: 'share';
      readonly candidateShare: number;
      readonly outcomes: TrackOutcomes;
      readonly notWorsePay?: NotWorsePay | undefined;
    }
  | {
      readonly kind: 'mean';
      readonly candidateShare: number;
      readonly stable: MeanOutcomes;
      readonly candidate: MeanOutcomes;
    };

/**
 * What decides for a guard in a cohort: its requests or its keys, each with the probability they were drawn with. Nothing for the
 * comparison of answers, for a cohort whose split is not complete yet, and where nothing has begun.
 */
export function decidingOutcomes(
  evidence: EvidenceSpec,
  guard: GuardSpec,
  cohort: OpenCohort,
  seen: CohortOutcomes,
): DecidingGroup[] {
  if (guard.name === COMPARISON_GUARD) return [];
  if (cohort.isRealised && !cohort.closed) return [];
  if (guard.kind === 'mean') {
    const means = seen.means;
    if (means === undefined || means.stable.started + means.candidate.started === 0) return [];
    const candidateShare = seen.meansShare ?? shareOf(cohort, means.stable.started, means.candidate.started);
    return [{ kind: 'mean', candidateShare, stable: means.stable, candidate: means.candidate }];
  }
  if (evidence.unit === 'key') {
    const groups: DecidingGroup[] = [];
    for (const { candidateShare, outcomes, notWorsePay } of seen.keys ?? []) {
      if (outcomes.stable.started + outcomes.candidate.started > 0)
        groups.push({ kind: 'share', candidateShare, outcomes, notWorsePay });
    }
    return groups;
  }
  const { stable, candidate } = seen.outcomes;
  if (stable.started + candidate.started === 0) return [];
  const candidateShare = shareOf(cohort, stable.started, candidate.started);
  const pay =
    cohort.isRealised && isSplit(candidateShare)
      ? notWorsePay(candidateShare, seen.stableShare, guard.marginShare)
      : seen.notWorsePay;
  return [{ kind: 'share', candidateShare, outcomes: seen.outcomes, notWorsePay: pay }];
}

/**
 * The probability the tracks were drawn with. Where somebody else's router drew, the block is compared given how many each
 * track got: n_c and n_s take the place of the probability (the block form of Turner, Ly, Grünwald, 2024).
 */
function shareOf(cohort: OpenCohort, stable: number, candidate: number): number {
  return cohort.isRealised ? candidate / (stable + candidate) : cohort.candidateShare;
}

/** How many units had each value, from best (0) to worst; a share has the two values good and bad. */
export interface TrackLevels {
  stable: { counts: number[]; pending: number };
  candidate: { counts: number[]; pending: number };
}

export function levelsOf(group: DecidingGroup): TrackLevels {
  return group.kind === 'mean'
    ? { stable: ofMean(group.stable), candidate: ofMean(group.candidate) }
    : { stable: ofShare(group.outcomes.stable), candidate: ofShare(group.outcomes.candidate) };
}

function ofShare(outcomes: Outcomes): TrackLevels['stable'] {
  return { counts: [outcomes.good, outcomes.bad], pending: pendingOf(outcomes) };
}

function ofMean({ started, levels }: MeanOutcomes): TrackLevels['stable'] {
  return { counts: levels.slice(), pending: Math.max(0, started - measured(levels)) };
}

export function measured(levels: readonly number[]): number {
  return levels.reduce((sum, count) => sum + count, 0);
}

/** Sum of all values, as parts of the scale. */
export function totalOf(levels: readonly number[]): number {
  return levels.reduce((sum, count, level) => sum + (count * level) / MEAN_STEPS, 0);
}
