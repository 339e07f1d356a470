import type { LevelEstimate } from './level-estimate.ts';
import type { MetricScores } from './requirement-input.ts';

/** Whether candidate and baseline scored the same: on each of these cases, or as a set where single cases have no score. */
export const sidesAreEqual = (
  { candidate, baseline }: MetricScores,
  places: readonly number[],
  difference: LevelEstimate | null,
): boolean => {
  if (baseline === null || difference?.value !== 0) return false;
  if (candidate.kind !== 'cases' || baseline.kind !== 'cases') return candidate.kind === baseline.kind;
  return places.every((place) => Object.is(candidate.scores[place], baseline.scores[place]));
};
