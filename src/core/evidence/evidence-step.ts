import { canonicalText } from '../ledger/canonical.ts';
import type { EvidenceSpec } from './evidence-spec.ts';
import type { OpenCohort } from './evidence-state.ts';
import { decodeCohort, encodeCohort } from './stored-cohort.ts';

/** Everything that changes evidence for good, and so everything that must be repeated, in order, to get it again. */
export type EvidenceStep =
  | { readonly type: 'folded'; readonly cohort: OpenCohort }
  | { readonly type: 'pull-began' | 'pull-ended'; readonly episode: number };

/** A step as one line of text. */
export function encodeStep(spec: EvidenceSpec, step: EvidenceStep): string {
  return step.type === 'folded' ? encodeCohort(spec, step.cohort) : canonicalText(step);
}

/** The step that `encodeStep` wrote. Throws a SyntaxError or TypeError for a line that is none, or is about other guards. */
export function decodeStep(spec: EvidenceSpec, line: string): EvidenceStep {
  const { type, episode } = JSON.parse(line) as { type?: unknown; episode?: unknown };
  if (type === undefined) return { type: 'folded', cohort: decodeCohort(spec, line) };
  if ((type !== 'pull-began' && type !== 'pull-ended') || !Number.isSafeInteger(episode))
    throw new TypeError(`the line is no step of evidence: ${line.slice(0, 80)}`);
  return { type, episode: episode as number };
}
