import type { EvaluationPlan } from '../../core/evaluation/run/evaluation-plan.ts';
import type { EvaluationCase } from './evaluation-case.ts';
import { goldenCases } from './golden-cases.ts';

/** So many cases from the beginning of a plan's golden set, or all where there are fewer. */
export const firstCases = async (
  { golden, fields }: Pick<EvaluationPlan, 'golden' | 'fields'>,
  count: number,
): Promise<EvaluationCase[]> => {
  const cases: EvaluationCase[] = [];
  if (count === 0) return cases;
  for await (const one of goldenCases(golden, fields)) if (cases.push(one) === count) break;
  return cases;
};
