import { limitOf } from '../../core/evaluation/figure.ts';
import type { RequirementSpec } from '../../core/evaluation/requirement.ts';

/** A requirement of a policy in one line. */
export const requirementText = ({ metric, min, max, notWorseBy }: RequirementSpec): string => {
  if (min !== undefined) return `${metric} at least ${limitOf(metric, min, 'value')}`;
  if (max !== undefined) return `${metric} at most ${limitOf(metric, max, 'value')}`;
  return `${metric} not worse than stable by more than ${limitOf(metric, notWorseBy ?? 0, 'margin')}`;
};
