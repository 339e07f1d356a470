import { type MetricAnswer, type MetricTrouble, trouble } from '../../core/metrics/metric-answer.ts';
import { rangeGrid } from '../../core/metrics/range-grid.ts';
import { type MetricPoint, reduceSeries } from '../../core/metrics/reduce-series.ts';
import type { MetricQuestion, Metrics } from '../../ports/metrics.ts';

/** The values of all series of a query at a moment, in a fixed order; a series is over when its place is gone. */
export type SeriesAt = (atMs: number) => readonly number[];

/** A source of metrics that knows what a test or the simulator tells it. */
export interface MemoryMetrics extends Metrics {
  /** From now on the query has this value, these series, or whatever the function says for each moment. */
  set(query: string, values: number | readonly number[] | SeriesAt): void;
  /** Every question gets this answer, as from a source that is down. Null: it is back. */
  fail(answer: MetricTrouble | null): void;
  /** Questions are taken and not answered until their signal fires. */
  hang(isHanging: boolean): void;
  readonly asked: readonly MetricQuestion[];
}

export const openMemoryMetrics = (): MemoryMetrics => {
  const known = new Map<string, SeriesAt>();
  const asked: MetricQuestion[] = [];
  let failure: MetricTrouble | null = null;
  let isHanging = false;

  const answer = ({ query, range, atMs }: MetricQuestion): MetricAnswer => {
    const valuesAt = known.get(query) ?? (() => []);
    if (range === null)
      return reduceSeries(
        valuesAt(atMs).map((value) => [{ atMs, value }]),
        null,
        atMs,
      );
    const { startMs, stepMs, endMs } = rangeGrid(range, atMs);
    const series = new Map<number, MetricPoint[]>();
    for (let at = startMs; at <= endMs; at += stepMs)
      valuesAt(at).forEach((value, index) => {
        series.set(index, [...(series.get(index) ?? []), { atMs: at, value }]);
      });
    return reduceSeries([...series.values()], range, endMs);
  };

  return {
    asked,
    async ask(question, signal) {
      asked.push(question);
      if (isHanging && !signal.aborted)
        await new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => resolve(), { once: true }),
        );
      if (signal.aborted) return trouble('timeout');
      return failure ?? answer(question);
    },
    set(query, values) {
      const list = typeof values === 'number' ? [values] : values;
      known.set(query, typeof list === 'function' ? list : () => list);
    },
    fail(reason) {
      failure = reason;
    },
    hang(wanted) {
      isHanging = wanted;
    },
  };
};
