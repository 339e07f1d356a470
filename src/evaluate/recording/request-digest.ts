import type { Digest } from '../../core/digest.ts';
import type { TargetSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import { digestOf } from '../golden/canonical-json.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import { filledParts } from '../target/filled-call.ts';

const REFERENCE = /\$(\$?)\{env:([A-Za-z_][A-Za-z0-9_]*)(?::-[^}]*)?\}/g;

/** References to the environment by their names alone: what is recorded on one machine is found on another, whatever its keys are. */
export const nameReferences = (text: string): string =>
  text.replace(REFERENCE, (whole, escaped: string, name: string) =>
    escaped === '' ? `env-${name}` : whole.slice(1),
  );

/**
 * Of the request that a case makes of a target, and of how its answer is read. `target` has its references by name (`nameReferences`). Null where
 * the case makes no request.
 */
export const requestDigest = (target: TargetSpec, one: EvaluationCase): Digest | null => {
  const parts = filledParts(target, one);
  if ('kind' in parts) return null;
  const { method, headers, protocol, output, isStream, usage, version } = target;
  return digestOf({ ...parts, method, headers, protocol, output, isStream, usage, version });
};
