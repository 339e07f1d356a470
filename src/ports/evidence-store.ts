import type { Digest } from '../core/digest.ts';

/**
 * Keeps the evidence of rollouts beside the frames it came from, so that a restart forgets nothing it acknowledged, and the
 * lines it grew from, so that anybody can compute the verdicts anew. Of ended rollouts the newest `keptEnded` stay. Beside it, and
 * independent of it, what each lane answered: it comes from the same frames and may be lost as lightly.
 */
export interface EvidenceStore {
  /** Stores what changed and the newest frame number of each gateway boot in one transaction. Repeating it changes nothing. */
  save(changes: readonly EvidenceChange[], frames: Readonly<Record<string, number>>): Promise<void>;
  /** The snapshots of rollouts that have not ended, and all frames. */
  load(): Promise<{ snapshots: readonly EvidenceSnapshot[]; frames: Readonly<Record<string, number>> }>;
  /** The newest snapshot of a rollout, running or ended; null for one that is not kept. */
  snapshot(rollout: string): Promise<EvidenceSnapshot | null>;
  /** Lines of a rollout in order, at most `limit`, the first of them at position `from`. */
  lines(rollout: string, from: number, limit: number): Promise<readonly string[]>;
  mark(rollout: string, digest: Digest): Promise<EvidenceMark | null>;
  /** Stores the traffic histories of these lanes in place of what it has of them, all or none. */
  saveTraffic(histories: readonly StoredTraffic[]): Promise<void>;
  /** All of them, by environment and service. */
  traffic(): Promise<readonly StoredTraffic[]>;
  close(): Promise<void>;
}

/** Ended rollouts of which the evidence is kept; of older ones the ledger still has every reading that was decided on. */
export const keptEnded = 50;

/** What a lane answered, hour by hour; belongs to no rollout. */
export interface StoredTraffic {
  readonly environment: string;
  readonly service: string;
  /** Plain JSON. */
  readonly history: unknown;
}

export interface EvidenceSnapshot {
  readonly rollout: string;
  readonly atMs: number;
  /** Plain JSON. */
  readonly evidence: unknown;
}

export interface EvidenceChange extends EvidenceSnapshot {
  /** Lines to add; `from` is the position of the first. What stands at a position already is replaced. */
  readonly lines?: { readonly from: number; readonly texts: readonly string[] };
  readonly marks?: readonly EvidenceMark[];
  /** From now on it is kept, but not loaded any more. Default false. */
  readonly isEnded?: boolean;
}

/** What a verdict was reached on: the first `settled` lines of its rollout, and these for the cohorts then open. */
export interface EvidenceMark {
  readonly digest: Digest;
  readonly settled: number;
  readonly open: readonly string[];
}
