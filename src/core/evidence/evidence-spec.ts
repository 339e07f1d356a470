export interface GuardSpec {
  /** `errors`, `slow`, `feedback`, `disagree`, ... */
  name: string;
  /** Non-inferiority margin as a share: 0.02 means two points. */
  marginShare: number;
  /**
   * Highest acceptable share of bad outcomes. `disagree` needs it; the other guards use it only where too little stable
   * traffic runs beside the candidate to compare with.
   */
  boundShare?: number;
}

export interface EvidenceSpec {
  guards: GuardSpec[];
  /** Probability of ever rolling back a candidate that is not worse, for all guards and the whole rollout together. */
  alphaRollback: number;
  /** Probability that a stage is left with a candidate that is worse by the margin, per stage. */
  alphaAdvance: number;
}
