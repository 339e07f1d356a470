/** What can be seen of the simulated traffic, in the order in which it can be seen. */
export type TrafficEvent =
  | { readonly kind: 'started'; readonly atMs: number; readonly request: SimulatedRequest }
  /** Answered, or known to have failed. Says everything about errors and latency; `slow` was known before when it is. */
  | { readonly kind: 'ended'; readonly atMs: number; readonly request: SimulatedRequest }
  /** It has become as old as the limit without an answer. */
  | { readonly kind: 'slow'; readonly atMs: number; readonly request: SimulatedRequest }
  /** Reported as bad by a user (`isBad`), or silently too old for that. */
  | {
      readonly kind: 'feedback';
      readonly atMs: number;
      readonly request: SimulatedRequest;
      readonly isBad: boolean;
    };

/**
 * One request with its fate. Whoever decides may read the first group of fields from the start and the second only after the event
 * that makes them known.
 */
export interface SimulatedRequest {
  readonly number: number;
  readonly startedAtMs: number;
  readonly track: 'stable' | 'candidate' | 'shadow';
  /** Probability of the candidate that was in force. */
  readonly candidateShare: number;
  /** Number of the key; null where requests have none. */
  readonly key: number | null;
  readonly replica: number;
  /** The request of stable that a shadow is a copy of. */
  readonly copyOf: SimulatedRequest | null;
  /** A copy of it goes to the candidate. */
  readonly isMirrored: boolean;

  readonly latencyMs: number;
  readonly isFailed: boolean;
  /** Answered with a 4xx that blames the client's input. */
  readonly isClientError: boolean;
  readonly isSlow: boolean;
  /** Of a shadow: its answer is not stable's. */
  readonly differs: boolean;
}
