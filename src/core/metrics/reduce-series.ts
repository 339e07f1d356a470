import { type MetricAnswer, trouble, valueAnswer } from './metric-answer.ts';
import type { MetricRange } from './metric-plan.ts';

export interface MetricPoint {
  readonly atMs: number;
  readonly value: number;
}

/** One time series: its points in the order of time, at least one. */
export type MetricSeries = readonly MetricPoint[];

/**
 * The one number in an answer, or why there is none. Several series are not averaged or picked from: which one was meant,
 * the query must say.
 * @param range null where the source was asked for one moment
 * @param endMs end of the window: the newest point must be of that moment, or what is measured has stopped coming
 */
export const reduceSeries = (
  series: readonly MetricSeries[],
  range: MetricRange | null,
  endMs: number,
): MetricAnswer => {
  const [only, ...others] = series;
  if (only === undefined) return trouble('no-series');
  if (others.length > 0) return trouble('many-series', `${series.length} series`);
  const newest = only.at(-1);
  if (newest === undefined) return trouble('no-series');
  if (range === null) return valueAnswer(newest.value);
  // Seconds travel as decimal fractions, which may be off by less than a millisecond.
  if (Math.abs(newest.atMs - endMs) > 1) {
    const ageMs = Math.round(endMs - newest.atMs);
    return trouble('stale', `the newest point is ${ageMs} ms older than the end of the window`);
  }
  const values = only.map(({ value }) => value);
  const odd = values.map(valueAnswer).find(({ kind }) => kind === 'problem');
  if (odd !== undefined) return odd;
  switch (range.reduce) {
    case 'last':
      return valueAnswer(newest.value);
    case 'mean':
      return valueAnswer(meanOf(values));
    case 'max':
      return valueAnswer(values.reduce((most, value) => Math.max(most, value)));
  }
};

/** Step by step, so that the sum of very large values does not overflow on the way to a mean that does not. */
const meanOf = (values: readonly number[]): number =>
  values.reduce((mean, value, index) => mean + (value / (index + 1) - mean / (index + 1)), 0);
