/** Keeps the running evidence of rollouts beside the frames it came from, so that a restart forgets nothing it acknowledged. */
export interface EvidenceStore {
  /** Stores snapshots and the newest frame number of each gateway boot in one transaction. */
  save(snapshots: readonly EvidenceSnapshot[], frames: Readonly<Record<string, number>>): Promise<void>;
  load(): Promise<{ snapshots: readonly EvidenceSnapshot[]; frames: Readonly<Record<string, number>> }>;
  remove(rollout: string): Promise<void>;
  close(): Promise<void>;
}

export interface EvidenceSnapshot {
  readonly rollout: string;
  readonly atMs: number;
  /** Plain JSON as `core/evidence` made it. */
  readonly evidence: unknown;
}
