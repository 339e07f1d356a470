import type { MetricAnswer, MetricProblem } from './metric-answer.ts';

/** One answer, with when and in which stage of the rollout it was asked for; -1 while the candidate was pulled off its users. */
export type MetricPoll = MetricAnswer & { readonly atMs: number; readonly stage: number };

/** Why a metric does not let a stage be left. */
export type MetricWaitingFor =
  | MetricProblem
  /** Nobody has asked yet, in this stage or at all. */
  | 'no-poll'
  /** The newest value is good; the row of good ones is still too short. */
  | 'too-few-polls'
  /** The newest value is outside the bound; the row of such is still too short for a rollback. */
  | 'out-of-bound';

/** Everything that a sentence or a record about one metric needs. */
export interface MetricReading {
  readonly metric: string;
  /**
   * A fixed bound and a number of polls in a row. Unlike the e-values of the guards it promises nothing about chance: who looks often
   * enough at a noisy number sees it break its bound.
   */
  readonly rule: 'threshold';
  readonly min: number | null;
  readonly max: number | null;
  /** Polls in a row that decide. */
  readonly needed: number;
  /** The newest polls, at most `needed`, newest last. */
  readonly polls: readonly MetricPoll[];
  /** Newest polls in a row with a value outside the bound, in whatever stage. */
  readonly bad: number;
  /** Newest polls in a row with a good value, asked for in the present stage. */
  readonly good: number;
  readonly broken: boolean;
  readonly passed: boolean;
  /** Absent when passed. */
  readonly waitingFor?: MetricWaitingFor;
}
