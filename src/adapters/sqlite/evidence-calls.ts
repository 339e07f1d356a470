import type { CountedUsage, UsageChanges, UsageQuery, UsageRow } from '../../ports/usage-store.ts';

/** A snapshot with its evidence as JSON text. */
export type SnapshotRow = readonly [rollout: string, atMs: number, evidence: string];
export type FrameRow = readonly [boot: string, seq: number];
export type LineRow = readonly [rollout: string, position: number, line: string];
/** A mark with the lines of its open cohorts as one JSON array. */
export type MarkRow = readonly [rollout: string, digest: string, settled: number, open: string];
/** A traffic history as JSON text. */
export type TrafficRow = readonly [environment: string, service: string, history: string];

export interface StoredEvidence {
  readonly snapshots: readonly SnapshotRow[];
  readonly frames: readonly FrameRow[];
}

export interface NewEvidence extends StoredEvidence {
  readonly lines: readonly LineRow[];
  readonly marks: readonly MarkRow[];
  readonly ended: readonly string[];
}

/** What the evidence store's worker answers. */
export type EvidenceCalls = {
  save: { readonly input: NewEvidence; readonly output: null };
  load: { readonly input: null; readonly output: StoredEvidence };
  snapshot: { readonly input: string; readonly output: SnapshotRow | null };
  lines: {
    readonly input: { readonly rollout: string; readonly from: number; readonly limit: number };
    readonly output: readonly string[];
  };
  mark: {
    readonly input: { readonly rollout: string; readonly digest: string };
    readonly output: MarkRow | null;
  };
  saveTraffic: { readonly input: readonly TrafficRow[]; readonly output: null };
  traffic: { readonly input: null; readonly output: readonly TrafficRow[] };
  saveUsage: { readonly input: UsageChanges; readonly output: null };
  countedUsage: { readonly input: null; readonly output: readonly CountedUsage[] };
  usage: { readonly input: UsageQuery; readonly output: readonly UsageRow[] };
};
