/** What the load stage of an evaluation does to its target. At least one of both. */
export interface LoadPlan {
  readonly open: OpenLoad | null;
  readonly closed: ClosedLoad | null;
}

/** Requests are sent when a schedule says so, whatever has become of those before. */
export interface OpenLoad {
  readonly ratePerSecond: number;
  readonly arrivals: 'poisson' | 'fixed';
  /** Measured, after `warmUpMs` that are not. */
  readonly durationMs: number;
  readonly warmUpMs: number;
  /** A request that would be one more is a missed send. */
  readonly mostUnderWay: number;
}

/** So many callers, each of which sends its next request when it has its answer; one part for each number. */
export interface ClosedLoad {
  readonly concurrencies: readonly number[];
  readonly durationMs: number;
  readonly warmUpMs: number;
}

/** One request of a load stage, as it is judged. */
export interface LoadCall {
  readonly outcome: 'answer' | 'error' | 'missed';
  /** Since the stage began, warm-up included: when the request was to be sent. */
  readonly intendedMs: number;
  /** From then on to the last byte; of errors to their end, of missed sends 0. */
  readonly latencyMs: number;
  /** From then on to the first text of a stream; null where there was none. */
  readonly firstTokenMs: number | null;
  /** Null where the answer did not say. */
  readonly outputTokens: number | null;
}
