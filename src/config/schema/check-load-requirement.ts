import { loadMetrics } from '../../core/evaluation/load/load-measures.ts';
import type { RunRequirement } from '../../core/evaluation/run/evaluation-plan.ts';
import { closest } from '../closest.ts';
import { toLoadPlan } from '../to-load-plan.ts';
import type { EvalLoadInput } from './eval-load-schema.ts';
import type { WrittenBound } from './eval-requirement-schema.ts';

export interface RequirementProblem {
  readonly message: string;
  readonly key: string;
  readonly suggestion?: string | undefined;
}

/** What is wrong with a requirement on a figure of the load stage (`load.…`); null when nothing is. */
export const checkLoadRequirement = (
  { metric, slice, percentile, bound, unit }: RunRequirement & { readonly unit: WrittenBound['unit'] },
  load: EvalLoadInput | undefined,
  isStream: boolean,
): RequirementProblem | null => {
  if (load === undefined)
    return {
      message: `there is no load stage that could measure ${metric}`,
      key: 'metric',
      suggestion: 'load: …',
    };
  const known = loadMetrics(toLoadPlan(load), isStream).map(({ measured }) => measured);
  const found = known.find(({ name }) => name === metric);
  const names = known.map(({ name }) => name);
  if (found === undefined)
    return {
      message: `there is no metric ${metric}; the load stage measures ${names.join(', ')}`,
      key: 'metric',
      suggestion: closest(metric, names),
    };
  if (slice.kind !== 'all')
    return { message: 'a load stage has no slices', key: slice.kind === 'worst' ? 'worstSlice' : 'slice' };
  if (percentile !== null)
    return { message: 'the percentile is in the name, as in load.p95', key: 'percentile' };
  if (bound.kind === 'notWorseBy')
    return {
      message: 'only the target is put under load, so there is nothing to compare with',
      key: bound.kind,
    };
  if (unit === 'duration' && found.unit !== 'ms')
    return { message: `${metric} is no duration`, key: bound.kind };
  if (unit === 'share' && found.unit !== 'share')
    return { message: `${metric} is no share, so its bound is a plain number`, key: bound.kind };
  return null;
};
