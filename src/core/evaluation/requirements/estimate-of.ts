import type { EstimatedSide } from './case-values.ts';
import { caseValues } from './case-values.ts';
import { differenceEstimate } from './difference-estimate.ts';
import type { LevelEstimate } from './level-estimate.ts';
import { meanEstimate } from './mean-estimate.ts';
import { percentileDifference, percentileEstimate } from './percentile-estimate.ts';
import type { MetricScores, Requirement, RequirementInput } from './requirement-input.ts';
import { setEstimate } from './set-estimate.ts';

/**
 * What the cases at `places` say about a metric of one side, or about the difference of both. Null where nothing was measured, where
 * there is no baseline, and for a percentile or total of a score that single cases do not have.
 */
export const estimateOf = (
  input: Pick<RequirementInput, 'cases' | 'seed' | 'about'>,
  metric: MetricScores,
  places: readonly number[],
  side: EstimatedSide,
  statistic: Requirement['statistic'],
): LevelEstimate | null => {
  const found = sampled(input, metric, places, side, statistic);
  return input.about === 'set' && found !== null && metric.candidate.kind !== 'estimate'
    ? counted(found)
    : found;
};

/** Of a set every case of which was counted there is nothing left to be unsure about. */
const counted = ({ value, n }: LevelEstimate): LevelEstimate => ({
  value,
  n,
  method: 'counted, about these cases only',
  at: () => ({ low: value, high: value }),
});

const sampled = (
  { cases, seed }: Pick<RequirementInput, 'cases' | 'seed'>,
  metric: MetricScores,
  places: readonly number[],
  side: EstimatedSide,
  statistic: Requirement['statistic'],
): LevelEstimate | null => {
  const { candidate, baseline, range } = metric;
  if (side !== 'candidate' && baseline === null) return null;
  if (candidate.kind === 'estimate') return side === 'candidate' ? candidate.estimate : null;
  // Under the other name it is the same quantity of the same cases, so it has the same interval.
  const resampling = { seed, stream: metric.name === 'pass^1' ? 'pass@1' : metric.name };
  if (candidate.kind === 'set') {
    if (statistic.kind !== 'score' || (side !== 'candidate' && baseline?.kind !== 'set')) return null;
    const own = side === 'baseline' && baseline?.kind === 'set' ? baseline : candidate;
    const other = side === 'difference' && baseline?.kind === 'set' ? baseline : null;
    const width = range[1] - range[0];
    return setEstimate(own, other, cases, places, other === null ? range : [-width, width], resampling);
  }
  const values = caseValues(metric, cases, places, side);
  const { own, other } = values;
  switch (statistic.kind) {
    case 'score':
      return side === 'difference'
        ? differenceEstimate(values, range, resampling)
        : meanEstimate({ values: own, weights: values.weights }, range, resampling);
    case 'percentile':
      return other === null
        ? percentileEstimate(own, statistic.at, range)
        : percentileDifference(own, other, statistic.at, range, resampling);
    case 'total': {
      if (own.length === 0) return null;
      const value = sum(own) - (other === null ? 0 : sum(other));
      return { value, n: own.length, method: 'counted', at: () => ({ low: value, high: value }) };
    }
  }
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
