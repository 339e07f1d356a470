/** How a simulated rollout went. */
export interface Ending {
  readonly outcome: 'rolled-back' | 'promoted' | 'paused' | 'unfinished';
  readonly atMs: number;
  /** Requests of users that were started on each track until then. */
  readonly candidateRequests: number;
  readonly stableRequests: number;
  /** Candidate requests that failed or were slow, whenever that became known. */
  readonly badCandidateRequests: number;
  /** Requests of the candidate that users never saw. */
  readonly shadowRequests: number;
  /** Different keys with at least one request on the candidate; null where requests have no key. */
  readonly affectedKeys: number | null;
  /** By stage that was entered, in order. */
  readonly stages: readonly StageTime[];
}

export interface StageTime {
  readonly stage: number;
  readonly candidateShare: number;
  readonly enteredAtMs: number;
  /** The end of the simulation for the last one. */
  readonly leftAtMs: number;
  readonly candidateRequests: number;
}

export interface Limits {
  /** Virtual time after which an undecided rollout counts as `unfinished`. */
  readonly durationMs: number;
  /** The same for requests of the candidate. Default: no limit. */
  readonly candidateRequests?: number;
  /** Time between two looks. Default 250 ms. */
  readonly lookEveryMs?: number;
}
