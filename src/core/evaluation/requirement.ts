import type { Digest } from '../digest.ts';
import type { RequirementFinding } from './run/run-record.ts';

/** One line of `require:` in a policy. Exactly one of the bounds is set. */
export interface RequirementSpec {
  readonly metric: MetricName;
  /** Lower bound of a share (0 to 1) or a number of milliseconds. */
  readonly min?: number;
  readonly max?: number;
  /** At most so much worse than stable on the same cases (share, or milliseconds for latencies). */
  readonly notWorseBy?: number;
}

export type MetricName =
  | 'accuracy'
  | 'precision'
  | 'recall'
  | 'f1'
  | 'error_rate'
  | 'latency_p50_ms'
  | 'latency_p95_ms'
  | 'latency_p99_ms';

/** What an evaluation found; recorded in the ledger as evidence. */
export interface EvaluationResult {
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  readonly golden: string;
  readonly cases: number;
  readonly errors: number;
  readonly metrics: readonly MetricResult[];
  readonly requirements: readonly RequirementResult[];
  /** Null when there was no stable release to compare with. */
  readonly comparedWith: string | null;
  /** What a reader must know to trust the figures: uncounted calls, cases left out, why a pass was withheld. */
  readonly notes: readonly string[];
  /** What the release's own evaluation file requires. Absent where it has none. */
  readonly own?: readonly RequirementFinding[];
  /** Where every answer is kept. Absent in results from before they were. */
  readonly run?: EvaluatedRun;
}

export interface EvaluatedRun {
  /** `tidegate eval report ID` shows it. */
  readonly id: string;
  /** Of the run's file as it was when the gate was decided. */
  readonly digest: Digest;
}

export interface MetricResult {
  readonly metric: MetricName;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
  /** Cases the figure rests on; 0 means that nothing was measured and `value` is a placeholder. */
  readonly n: number;
  readonly method: string;
  readonly stable: { readonly value: number; readonly low: number; readonly high: number } | null;
}

export interface RequirementResult {
  readonly requirement: RequirementSpec;
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | 'not-applicable';
  /** What was held against the bound: the metric, or its difference to stable (candidate minus stable). */
  readonly estimate: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** When inconclusive: about so many more cases would settle it, if the estimate stays; null when none would. */
  readonly moreCases: number | null;
  readonly detail: string;
}
