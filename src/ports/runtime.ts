/** Runs releases. Idempotent: `ensure` and `remove` may be repeated after a crash with the same effect as once. */
export interface Runtime {
  /** Makes this many replicas run and keep running (restart with back-off). Resolves when that is under way, not when ready. */
  ensure(workload: Workload): Promise<void>;
  /** Stops all replicas: SIGTERM, then SIGKILL after the workload's grace. Unknown ids are no error. */
  remove(id: string): Promise<void>;
  list(): Promise<readonly WorkloadStatus[]>;
  /** Calls back on every change of a workload's status, and once for each workload found at start. Returns the unsubscription. */
  watch(listener: (status: WorkloadStatus) => void): () => void;
  /** The last bytes of a replica's log (stdout and stderr together). */
  log(id: string, slot: number, maxBytes: number): Promise<string>;
  /** Stops watching; the replicas run on. */
  close(): Promise<void>;
}

export interface Workload {
  /** Unique and stable: environment, service and release. Safe as a file name. */
  readonly id: string;
  readonly service: string;
  readonly environment: string;
  readonly release: string;
  readonly replicas: number;
  /** The prepared, read-only directory of the sealed release. */
  readonly directory: string;
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  /** Variable to reference, resolved at each start of a replica (`env:NAME`, `file:PATH`). */
  readonly secrets: Readonly<Record<string, string>>;
  readonly ready: { readonly path: string; readonly timeoutMs: number };
  readonly stopGraceMs: number;
  readonly limits: { readonly memoryBytes: number | null; readonly cpus: number | null };
}

export interface WorkloadStatus {
  readonly id: string;
  readonly replicas: readonly ReplicaStatus[];
}

export interface ReplicaStatus {
  readonly slot: number;
  readonly state: 'starting' | 'ready' | 'unready' | 'backing-off' | 'failed' | 'stopping';
  /** Origin, kept by the slot over restarts. */
  readonly address: string;
  readonly pid: number | null;
  readonly restarts: number;
  /** Why it is not ready, one line: exit code, signal, failed probe, end of its log. */
  readonly detail: string | null;
}
