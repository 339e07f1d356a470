import type { Outcomes, PairCounts } from './cohort-update.ts';

/** How a decision compares: with concurrent stable traffic, with a bound, or request by request with a mirror. */
export type EvidenceRule = 'compare' | 'bound' | 'paired';

/** Why a stage's evidence gate has not passed. */
export type WaitingFor =
  | 'no-candidate-requests'
  | 'no-stable-requests'
  | 'no-mirrored-requests'
  /** Nothing to compare with and no bound: this guard cannot see anything under this exposure. */
  | 'no-bound'
  /** What has started would do, once its outcomes are in. */
  | 'pending-outcomes'
  | 'not-enough-evidence'
  /** The outcomes so far point the other way; more of the same will not pass. */
  | 'candidate-looks-worse';

export interface TrackReading extends Outcomes {
  pending: number;
  /** bad / (bad + good); absent before the first outcome. */
  badShare?: number;
}

export interface TracksReading {
  stable: TrackReading;
  /** For the guard `disagree`: the mirrored answers that were compared, bad when they differed. */
  candidate: TrackReading;
  /** Mirrored requests answered by both tracks, where there are any. */
  pairs?: PairCounts;
}

export interface RollbackReading {
  rule: EvidenceRule;
  /** Highest log e-value that any prefix of the cohorts has reached under `rule`. */
  logE: number;
  /** Includes the number of guards and this rule's part of alpha. */
  logThreshold: number;
  crossed: boolean;
  /** True when the exposure of this stage shows this guard nothing to decide on, so that it cannot cross. */
  blind: boolean;
}

export interface AdvanceReading {
  rule: EvidenceRule;
  logE: number;
  logThreshold: number;
  passed: boolean;
  /** Absent when passed. */
  waitingFor?: WaitingFor;
  /** About how many more requests of both tracks (mirrored requests for `paired` and `disagree`) are needed. */
  moreRequests?: number;
  /** The candidate's part of `moreRequests`. */
  moreCandidateRequests?: number;
}

/** Everything a sentence, a picture or a ledger record about one guard needs. Plain data; logs are natural. */
export interface GuardReading {
  guard: string;
  marginShare: number;
  /** The bound in force where the rule is `bound`. */
  boundShare?: number;
  rollout: TracksReading;
  stage: TracksReading;
  rollback: RollbackReading;
  advance: AdvanceReading;
}
