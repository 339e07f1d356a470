import type { EvaluationPlan } from '../core/evaluation/run/evaluation-plan.ts';

/** What an evaluation asks for that the gate of a release cannot do, as a phrase; null when there is nothing. */
export const beyondGates = ({ load, faults }: EvaluationPlan): string | null => {
  if (load !== undefined) return 'a load stage, which would reach beyond one replica';
  return faults === undefined
    ? null
    : 'faults for an upstream, which a sealed release does not call through a proxy';
};

export const NOT_AT_GATES =
  'Keep it in another file for `tidegate eval run`: the gate of a release does not do it yet.';
