/** What one release made of one golden case. */
export interface CaseOutcome {
  readonly expected: string;
  /** Null when the case ended in an error: an answer that matches no label. */
  readonly answered: string | null;
  /** Until the whole answer was there. A case that ended in an error stands at the ceiling, whatever it took to fail. */
  readonly latencyMs: number;
  /** Greater than 0; 1 unless the golden set says otherwise. Counts in the quality metrics only. */
  readonly weight: number;
}

export const isRight = (outcome: CaseOutcome): boolean => outcome.answered === outcome.expected;
