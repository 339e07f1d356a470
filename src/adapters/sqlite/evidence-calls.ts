/** A snapshot with its evidence as JSON text. */
export type SnapshotRow = readonly [rollout: string, atMs: number, evidence: string];
export type FrameRow = readonly [boot: string, seq: number];

export interface StoredEvidence {
  readonly snapshots: readonly SnapshotRow[];
  readonly frames: readonly FrameRow[];
}

/** What the evidence store's worker answers. */
export type EvidenceCalls = {
  save: { readonly input: StoredEvidence; readonly output: null };
  load: { readonly input: null; readonly output: StoredEvidence };
  remove: { readonly input: string; readonly output: null };
};
