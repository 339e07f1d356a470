import type { RolloutEvidence } from '../core/evidence/rollout-evidence.ts';
import type { LogPosition } from './evidence-log.ts';

/** What a snapshot in the evidence store holds. */
export interface StoredKept {
  readonly format: 2;
  readonly evidence: RolloutEvidence;
  /** Null: not everything it grew from is stored, so that none of its verdicts can be computed anew. */
  readonly log: LogPosition | null;
}

/** A snapshot read back; null for one from a version that kept something else. */
export const storedKept = (value: unknown): StoredKept | null => {
  const stored = value as Partial<StoredKept> | null | undefined;
  return stored?.format === 2 ? (stored as StoredKept) : null;
};
