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
      url: RELEASE_ORIGIN + onlyInput(spec.request.path),
      method: spec.request.method,
      body: onlyInputIn(spec.request.body),
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

/** `${input}` is the only placeholder here: whatever else looks like one was always sent as it stands. */
const onlyInput = (text: string): string =>
  text.replace(/\$\{([A-Za-z_][^{}]*)\}/g, (whole, name: string) => (name === 'input' ? whole : `$${whole}`));

const onlyInputIn = (value: unknown): unknown => {
  if (typeof value === 'string') return onlyInput(value);
  if (Array.isArray(value)) return value.map(onlyInputIn);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, onlyInputIn(inner)]));
  return value;
};
