import { decide } from '../../core/evaluation/requirements/decide.ts';
import { findMetrics } from '../../core/evaluation/requirements/find-metrics.ts';
import type {
  CaseFacts,
  MetricScores,
  Requirement,
} from '../../core/evaluation/requirements/requirement-input.ts';
import type { EvaluationPlan, RunRequirement } from '../../core/evaluation/run/evaluation-plan.ts';
import type { RunSummary } from '../../core/evaluation/run/run-record.ts';

/** Tags on fewer cases than this are too small to say anything of by themselves. */
export const LEAST_SLICE_CASES = 10;

type Conclusion = Pick<RunSummary, 'verdict' | 'metrics' | 'requirements' | 'notes'>;

/** How a run came to its end: every case was asked, a sequential test settled it, or neither. */
export type RunEnd = 'complete' | 'stopped' | { readonly settled: 'pass' | 'fail' };

/**
 * Findings and verdict of the cases that were asked. What stopped before its last case without having been settled is no sample of all,
 * so its verdict is inconclusive whatever the figures say. What keeps a whole run or a requirement from passing (too many errors) does so where it was settled, too:
 * the cases under way when it was settled are among those that count.
 */
export const conclude = (
  plan: Pick<EvaluationPlan, 'requirements' | 'confidence' | 'mostErrorsShare' | 'seed' | 'about'>,
  { cases, metrics }: { readonly cases: readonly CaseFacts[]; readonly metrics: readonly MetricScores[] },
  end: RunEnd,
): Conclusion => {
  const { confidence, mostErrorsShare, seed } = plan;
  // Of a set that was not asked to its end nothing was counted; what there is of it is a sample.
  const about = end === 'complete' ? plan.about : 'population';
  const input = { cases, metrics, confidence, mostErrorsShare, seed, about };
  const decided = decide({ ...input, requirements: plan.requirements.map(toRequirement) });
  const notes = [...decided.notes];
  if (plan.requirements.length === 0)
    notes.push('nothing is required, so only errors could keep it from passing');
  if (end === 'stopped') notes.push('not every case was asked, so the verdict is inconclusive');
  if (typeof end === 'object')
    notes.push(
      `settled by a sequential test after ${cases.length} cases; the intervals shown are those of a run that was meant to end there`,
    );
  if (typeof end === 'object' && end.settled === 'pass' && decided.withheld.length > 0)
    notes.push(`the pass is withheld, for too many cases are in error of: ${decided.withheld.join('; ')}`);
  return {
    verdict:
      typeof end === 'object'
        ? end.settled === 'pass' && decided.notes.length + decided.withheld.length > 0
          ? 'inconclusive'
          : end.settled
        : end === 'complete'
          ? decided.verdict
          : 'inconclusive',
    metrics: findMetrics(input, LEAST_SLICE_CASES),
    requirements: decided.requirements,
    notes,
  };
};

export const toRequirement = ({ text, metric, slice, percentile, bound }: RunRequirement): Requirement => ({
  text,
  metric,
  cases:
    slice.kind === 'all'
      ? { kind: 'all' }
      : slice.kind === 'tag'
        ? { kind: 'slice', tag: slice.tag }
        : { kind: 'worst-slice', tags: null, leastCases: LEAST_SLICE_CASES },
  statistic: percentile === null ? { kind: 'score' } : { kind: 'percentile', at: percentile / 100 },
  bound:
    bound.kind === 'notWorseBy'
      ? { kind: 'not-worse-by', margin: bound.value }
      : { kind: bound.kind, limit: bound.value },
});
