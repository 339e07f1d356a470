import type { EvaluationPlan } from '../core/evaluation/run/evaluation-plan.ts';
import type { EvaluationSpec } from '../core/release/manifest.ts';
import { planWithoutFile } from './plan-without-file.ts';

/** Stands for whatever address a release answers at when it is evaluated. */
export const RELEASE_ORIGIN = 'http://release';

/**
 * The plan of a release that has a golden set and no evaluation file: how often its labels are right, and nothing required, since what is
 * demanded is the policy's. `goldenFile` is an absolute path.
 */
export const planOfRelease = (spec: EvaluationSpec, name: string, goldenFile: string): EvaluationPlan => {
  const usual = planWithoutFile(goldenFile, RELEASE_ORIGIN, '/');
  return {
    ...usual,
    name,
    target: {
      ...usual.target,
      label: name,
      url: RELEASE_ORIGIN + spec.request.path,
      method: spec.request.method,
      body: spec.request.body,
      placeholders: 'input',
      output: spec.answer,
      timeoutMs: spec.timeoutMs,
    },
    scorers: usual.scorers.map((scorer) => ({
      ...scorer,
      name: 'accuracy',
      how: { kind: 'registry', scorer: 'accuracy', options: {} },
    })),
    concurrency: spec.concurrency,
  };
};
