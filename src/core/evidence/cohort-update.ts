/** What is known about the requests of one track. Requests without an outcome yet are `started - bad - good`. */
export interface Outcomes {
  started: number;
  bad: number;
  good: number;
  /** What stood at the age of `EARLY_AGE_MS`, for guards whose final outcomes may come much later. */
  early?: EarlyOutcomes;
}

/** Of `started`, the requests that had turned out bad by that age, and those that had not; the rest are younger. */
export interface EarlyOutcomes {
  bad: number;
  good: number;
}

/** Age at which a request gets its early outcome, in milliseconds. */
export const EARLY_AGE_MS = 1_000;

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
 * Values of a bounded quantity (cost, score), rounded to sixteenths of their scale: `levels[k]` requests had the value k/16. Whoever
 * counts rounds up or down at random, so that the mean stays what it was. 0 is the best value, 1 the worst.
 */
export interface MeanOutcomes {
  started: number;
  levels: number[];
}

export interface TrackMeans {
  stable: MeanOutcomes;
  candidate: MeanOutcomes;
}

/** Steps of the scale of a bounded quantity; `levels` has one more entry. */
export const MEAN_STEPS = 16;

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
  /**
   * Under sticky assignment: one outcome for each key (user, API key) that was seen for the first time in this rollout, by guard name:
   * that of its first request. Then the keys are what the coin decided about, and the requests in `guards` only warn.
   */
  keys?: Record<string, TrackOutcomes>;
  /**
   * Keys of stable whose coin was tossed again when the share grew from v to w: those that had stayed with stable move on with the
   * probability (w - v) / (1 - v), which knows nothing of what they did before. One entry for each such probability.
   */
  keysAgain?: { candidateShare: number; guards: Record<string, TrackOutcomes> }[];
  /** Bounded quantities, by guard name: of each request, or of the first request of each key where keys are the unit. */
  means?: Record<string, TrackMeans>;
  /** What the units in `means` were drawn with, where that is not `candidateShare`: keys whose coin was tossed again. */
  meansShare?: number;
  pairs?: Record<string, PairCounts>;
  comparisons?: ComparisonCounts;
  /**
   * `realised`: somebody else's router split the traffic and its true probability is not known, so the cohort is compared
   * given how many requests each track got. Such a cohort counts only once it is closed. Default `drawn`.
   */
  assignment?: 'drawn' | 'realised';
}
