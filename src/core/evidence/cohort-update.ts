/** What is known about the requests of one track. Requests without an outcome yet are `started - bad - good`. */
export interface Outcomes {
  started: number;
  bad: number;
  good: number;
}

export interface TrackOutcomes {
  stable: Outcomes;
  candidate: Outcomes;
}

/**
 * Mirrored requests that both tracks answered, by who was bad. `started` counts the pairs begun, so that the ones still
 * running are known; without it only settled cohorts can be used, since a half-seen cohort may show one side's failures first.
 */
export interface PairCounts {
  started?: number;
  both: number;
  stableOnly: number;
  candidateOnly: number;
  neither: number;
}

/** Mirrored answers compared with stable's answer to the same request (guard `disagree`). */
export interface ComparisonCounts {
  started: number;
  agree: number;
  disagree: number;
}

/**
 * One gateway process's report about one cohort: the requests that *started* in one slice of time under one candidate
 * probability. All counters are cumulative, so a lost, repeated or overtaken update does no harm.
 */
export interface CohortUpdate {
  /** Boot id of the gateway process. */
  source: string;
  /** Grows by one with each cohort of the source and is never used twice. */
  index: number;
  /** Index of the rollout's stage during which the cohort started. */
  stage: number;
  /** Effective probability of the candidate (0..1), the same for every request of the cohort. */
  candidateShare: number;
  startedAtMs: number;
  /** No further request will start in it. */
  closed: boolean;
  /** Every outcome of every guard is final. */
  settled: boolean;
  /** Outcomes by guard name. */
  guards: Record<string, TrackOutcomes>;
  pairs?: Record<string, PairCounts>;
  comparisons?: ComparisonCounts;
}
