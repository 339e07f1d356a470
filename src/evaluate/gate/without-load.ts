import { loadMetrics } from '../../core/evaluation/load/load-measures.ts';
import type { EvaluationPlan } from '../../core/evaluation/run/evaluation-plan.ts';
import type { RequirementFinding } from '../../core/evaluation/run/run-record.ts';

/** A plan without its load stage, and what it required of that: each a finding that does not apply. */
export const withoutLoad = (
  plan: EvaluationPlan,
): { readonly plan: EvaluationPlan; readonly leftOut: readonly RequirementFinding[] } => {
  const { load, ...rest } = plan;
  if (load === undefined) return { plan, leftOut: [] };
  const names = new Set(loadMetrics(load, plan.target.isStream).map(({ measured }) => measured.name));
  const leftOut = plan.requirements.filter(({ metric }) => names.has(metric));
  return {
    plan: { ...rest, requirements: plan.requirements.filter(({ metric }) => !names.has(metric)) },
    leftOut: leftOut.map(({ text, metric }) => ({
      requirement: text,
      verdict: 'not-applicable',
      found: null,
      moreCases: null,
      detail: `${metric} was not measured: the policy of this environment leaves load stages out`,
    })),
  };
};
