import { caseValues } from './case-values.ts';
import { differenceEstimate } from './difference-estimate.ts';
import type { LevelEstimate } from './level-estimate.ts';
import { meanEstimate } from './mean-estimate.ts';
import { percentileDifference, percentileEstimate } from './percentile-estimate.ts';
import type { MetricScores, Requirement, RequirementInput } from './requirement-input.ts';
import { setEstimate } from './set-estimate.ts';

export type EstimatedSide = 'candidate' | 'baseline' | 'difference';

/**
 * What the cases at `places` say about a metric of one side, or about the difference of both. Null where nothing was measured, where
 * there is no baseline, and for a percentile or total of a score that single cases do not have.
 */
export const estimateOf = (
  { cases, seed }: Pick<RequirementInput, 'cases' | 'seed'>,
  metric: MetricScores,
  places: readonly number[],
  side: EstimatedSide,
  statistic: Requirement['statistic'],
): LevelEstimate | null => {
  if (side === 'baseline') {
    return metric.baseline === null
      ? null
      : estimateOf(
          asBaseline({ cases, seed }),
          { ...metric, candidate: metric.baseline },
          places,
          'candidate',
          statistic,
        );
  }
  if (side === 'difference' && metric.baseline === null) return null;
  const { candidate, baseline, range } = metric;
  const resampling = { seed, stream: metric.name };
  if (candidate.kind === 'set') {
    if (statistic.kind !== 'score' || (side === 'difference' && baseline?.kind !== 'set')) return null;
    const other = side === 'difference' && baseline?.kind === 'set' ? baseline : null;
    const width = range[1] - range[0];
    return setEstimate(candidate, other, cases, places, other === null ? range : [-width, width], resampling);
  }
  const values = caseValues(metric, cases, places, side === 'difference');
  const of = values.candidate;
  switch (statistic.kind) {
    case 'score':
      return side === 'difference'
        ? differenceEstimate(values, range, resampling)
        : meanEstimate({ values: of, weights: values.weights }, range, resampling);
    case 'percentile':
      return values.baseline === null
        ? percentileEstimate(of, statistic.at, range)
        : percentileDifference(of, values.baseline, statistic.at, range, resampling);
    case 'total': {
      if (of.length === 0) return null;
      const value = sum(of) - (values.baseline === null ? 0 : sum(values.baseline));
      return { value, n: of.length, method: 'counted', at: () => ({ low: value, high: value }) };
    }
  }
};

/** A baseline's errors are its own. */
const asBaseline = ({ cases, seed }: Pick<RequirementInput, 'cases' | 'seed'>) => ({
  seed,
  cases: cases.map((facts) => ({ ...facts, candidateErred: facts.baselineErred })),
});

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
