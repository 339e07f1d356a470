import type { MetricAnswer } from '../core/metrics/metric-answer.ts';
import type { MetricRange, MetricSource } from '../core/metrics/metric-plan.ts';

/** Numbers that somebody else measures. Only asked, never written to. */
export interface Metrics {
  /**
   * Asks once. Never rejects and settles soon after `signal` fires: whatever goes wrong is an answer of kind `problem`. An answer of kind
   * `value` is one finite number that exactly one series gave.
   */
  ask(question: MetricQuestion, signal: AbortSignal): Promise<MetricAnswer>;
}

export interface MetricQuestion {
  readonly source: MetricSource;
  /** With its placeholders filled in. */
  readonly query: string;
  /** Null asks for the present value by the clock of the source. */
  readonly range: MetricRange | null;
  /** End of the range. */
  readonly atMs: number;
}
