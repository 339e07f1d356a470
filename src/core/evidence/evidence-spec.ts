export interface GuardSpec {
  /** `errors`, `slow`, `feedback`, `disagree`, ... */
  name: string;
  /** Non-inferiority margin as a share: 0.02 means two points. For a mean it is a part of the scale. */
  marginShare: number;
  /**
   * Highest acceptable share of bad outcomes. `disagree` needs it; the other guards use it only where too little stable
   * traffic runs beside the candidate to compare with.
   */
  boundShare?: number;
  /** What is compared: the share of bad outcomes (default), or the mean of a bounded quantity such as cost. */
  kind?: 'share' | 'mean';
  /** Requests that start so soon after the candidate's first one do not count for this guard, on either track. Default 0. */
  warmUpMs?: number;
}

export interface EvidenceSpec {
  guards: GuardSpec[];
  /** Probability of ever rolling back a candidate that is not worse, for all guards and the whole rollout together. */
  alphaRollback: number;
  /** Probability that a stage is left with a candidate that is worse by the margin, per stage. */
  alphaAdvance: number;
  /** What the coin decides about: each request (default), or each key, so that all requests of a key share one draw. */
  unit?: 'request' | 'key';
  /** False where requests are the unit although they share draws, so that their numbers prove nothing. Default true. */
  isSplitTested?: boolean;
  /** Stages differ in whom they show the candidate to: what stable did for some says nothing of others. Default false. */
  hasAudience?: boolean;
}
