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
  | 'candidate-looks-worse'
  /** Everything so far fell into the declared warm-up. */
  | 'warming-up';

export interface TrackReading extends Outcomes {
  pending: number;
  /** bad / (bad + good); absent before the first outcome. */
  badShare?: number;
  /** For a guard on a mean: the mean so far as a part of the scale, 0 best. Then `good` counts what was measured and `bad` is 0. */
  mean?: number;
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

/** The candidate's bad share (or mean) minus stable's over the whole rollout. */
export interface DifferenceReading {
  /** Absent before both tracks have an outcome. */
  estimate?: number;
  /** Limits that hold at all times at once with probability `confidence`, however often one looks. */
  low: number;
  high: number;
  confidence: number;
}

/**
 * Whether what may mislead looks worse: outcomes at the early age, requests of sticky keys taken one by one (`compare`), and where
 * stable has hardly any traffic what is above a bound that was derived from it (`bound`). It pulls the candidate, but does
 * not end the rollout.
 */
export interface PullReading {
  rule: 'compare' | 'bound';
  logE: number;
  logThreshold: number;
  crossed: boolean;
  /** While pulled: the mirrored requests since then show the candidate not worse by the margin. */
  cleared: boolean;
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
  kind?: 'mean';
  /** Under sticky assignment: one outcome for each key; these decide. */
  keys?: { rollout: TracksReading; stage: TracksReading };
  pull?: PullReading;
  /** Only where it was asked for. */
  difference?: DifferenceReading;
  /** Requests of both tracks left out as warm-up. */
  warmUpRequests?: number;
  /** True when stable itself has become clearly worse than it was: going back would probably not help. */
  sharedCause?: boolean;
}

/** Whether the tracks get the parts of the traffic that the coin was told to give them. */
export interface AssignmentReading {
  unit: 'request' | 'key';
  stable: number;
  candidate: number;
  /** Candidate's expected part of `stable + candidate`, weighted over the exposures so far. */
  expectedShare: number;
  logE: number;
  logThreshold: number;
  /** Something other than the coin decides who gets which release: no comparison can be trusted. */
  crossed: boolean;
}
