import { createHash } from 'node:crypto';
import type { Digest } from '../digest.ts';
import { canonicalText } from '../ledger/canonical.ts';
import type { EvidenceSpec } from './evidence-spec.ts';

/**
 * Digests that tie a verdict to the stored lines it follows from. Each is the SHA-256 of UTF-8 text with lines ended by "\n":
 * the first of the canonical JSON of the spec, each further one of the digest before it and one more settled cohort's line. So
 * one digest stands for all lines so far, at a constant cost each.
 */
export const firstEvidenceDigest = (spec: EvidenceSpec): Digest => digestOf([canonicalText(spec)]);

export const nextEvidenceDigest = (before: Digest, cohort: string): Digest => digestOf([before, cohort]);

/** Of everything a reading was taken from: the settled cohorts behind `settled`, and the lines of those then open, in order. */
export const markDigest = (settled: Digest, open: readonly string[]): Digest => digestOf([settled, ...open]);

function digestOf(lines: readonly string[]): Digest {
  const hash = createHash('sha256');
  for (const line of lines) hash.update(line).update('\n');
  return `sha256:${hash.digest('hex')}`;
}
