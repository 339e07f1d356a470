import { boundOfRequirement } from '../requirements/bound-of-requirement.ts';
import type { CaseFacts, MetricScores, Requirement } from '../requirements/requirement-input.ts';
import { requiredSlices, slicesOf } from '../requirements/slices.ts';
import type { SequenceBound, SequenceCase } from './sequence-spec.ts';

/** A metric before anything was measured. */
export interface PlannedMetric
  extends Pick<MetricScores, 'name' | 'better' | 'range' | 'isOfErrors' | 'looksBeside'> {
  /** Single cases have a score of their own. */
  readonly isPerCase: boolean;
  readonly hasBaseline: boolean;
}

/** What became of one case: scores by name of the metric; null where undefined. */
export interface ScoredCase extends CaseFacts {
  readonly candidate: Readonly<Record<string, number | null>>;
  readonly baseline: Readonly<Record<string, number | null>>;
  /** Names of metrics whose scorer failed on an answer that there is, or that cannot score such an answer. Left out: none. */
  readonly unscored?: { readonly candidate: ReadonlySet<string>; readonly baseline: ReadonlySet<string> };
}

export interface SequencePlan {
  readonly bounds: readonly SequenceBound[];
  /** Every requirement is among the bounds (or does not apply). Otherwise an early pass would leave one unasked, and only a fail may be early. */
  readonly mayPass: boolean;
  readonly greatestWeight: number;
  readonly caseOf: (one: ScoredCase) => SequenceCase;
}

interface PlannedBound {
  readonly bound: SequenceBound;
  readonly watched: (one: ScoredCase) => SequenceCase['values'][number];
}

/**
 * Requirements as bounds on means, which is what a sequence can watch. Scores of single cases with finite ranges, on all cases, a slice or each
 * slice, alone or against the baseline; and percentiles where all cases weigh the same: the percentile at p is at most x exactly when at
 * least p of the cases are. Not totals, scores of whole sets, scores without limits or differences of percentiles.
 */
export const planSequence = (
  cases: readonly Pick<CaseFacts, 'tags' | 'weight'>[],
  metrics: readonly PlannedMetric[],
  requirements: readonly Requirement[],
): SequencePlan => {
  const facts = cases.map((one): CaseFacts => ({ ...one, candidateErred: false, baselineErred: false }));
  const slices = slicesOf(facts);
  const all = facts.map((_, place) => place);
  const weights = facts.map(({ weight }) => weight);
  const greatestWeight = weights.reduce((most, weight) => Math.max(most, weight), 0) || 1;
  const isWeighted = weights.some((weight) => weight !== greatestWeight);
  const planned = requirements.map((requirement): PlannedBound[] | null => {
    const metric = metrics.find(({ name }) => name === requirement.metric);
    if (metric === undefined) return null;
    if (requirement.bound.kind === 'not-worse-by' && !metric.hasBaseline) return [];
    const one = boundFor(requirement, metric, isWeighted);
    const wanted = requiredSlices(requirement.cases, all, slices);
    // A slice without cases can show nothing, and no slice at all neither.
    if (one === null || wanted.length === 0 || wanted.some(({ places }) => places.length === 0)) return null;
    return wanted.map(({ tag }) => ({
      bound: one.bound,
      watched: (given) => (tag === null || given.tags.includes(tag) ? one.watched(given) : 'outside'),
    }));
  });
  const bounds = planned.flatMap((some) => some ?? []);
  return {
    bounds: bounds.map(({ bound }) => bound),
    mayPass: !planned.includes(null),
    greatestWeight,
    caseOf: (one) => ({
      weight: one.weight,
      values: bounds.map(({ watched }) => watched(one)),
      candidateErred: one.candidateErred || (one.unscored?.candidate.size ?? 0) > 0,
    }),
  };
};

const boundFor = (
  requirement: Requirement,
  metric: PlannedMetric,
  isWeighted: boolean,
): PlannedBound | null => {
  const { name, range, better, isPerCase } = metric;
  if (!isPerCase || requirement.statistic.kind === 'total') return null;
  const { about, good, limit } = boundOfRequirement(requirement.bound, better);
  const isOfErrors = metric.isOfErrors === true;
  const looksBeside = metric.looksBeside === true;
  const scoreOf = (one: ScoredCase) =>
    (one.candidateErred && !isOfErrors) ||
    (one.baselineErred && looksBeside) ||
    one.unscored?.candidate.has(name) === true
      ? 'error'
      : (one.candidate[name] ?? null);
  if (requirement.statistic.kind === 'percentile') {
    const { at } = requirement.statistic;
    if (about === 'difference' || isWeighted) return null;
    return {
      bound: { good: good === 'at-most' ? 'at-least' : 'at-most', limit: at, range: [0, 1] },
      watched: (one) => {
        const score = scoreOf(one);
        if (typeof score !== 'number') return score;
        return (good === 'at-most' ? score <= limit : score < limit) ? 1 : 0;
      },
    };
  }
  const width = range[1] - range[0];
  if (!Number.isFinite(width)) return null;
  const [least, greatest] = about === 'difference' ? ([-width, width] as const) : range;
  if (!(limit >= least && limit <= greatest)) return null;
  return {
    bound: { good, limit, range: [least, greatest] },
    watched: (one) => {
      const score = scoreOf(one);
      if (about === 'metric' || typeof score !== 'number') return score;
      if ((one.baselineErred && !isOfErrors) || one.unscored?.baseline.has(name) === true) return 'error';
      const other = one.baseline[name] ?? null;
      return other === null ? null : score - other;
    },
  };
};
