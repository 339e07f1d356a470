import type { EvaluationPlan } from '../core/evaluation/run/evaluation-plan.ts';
import { evalSchema } from './schema/eval-schema.ts';
import { toEvaluationPlan } from './to-evaluation-plan.ts';

/** The plan of an evaluation for which there is no file: input as the body, exact answers, nothing required. */
export const planWithoutFile = (golden: string, url: string, directory: string): EvaluationPlan =>
  toEvaluationPlan(
    evalSchema.parse({ golden, target: { url, protocol: 'http' }, scorers: ['exact'] }),
    directory,
  );
