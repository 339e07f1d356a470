import type { PassingScore } from '../../core/evaluation/repeats/repeat-counts.ts';
import type { OpenMetric } from '../scoring/open-metric.ts';
import { repeatMetrics } from './repeat-metrics.ts';

/** The names of all that cannot be measured where the other side has no answer: scores that compare with it, and what is made of them. */
export const besideMetrics = (
  metrics: readonly OpenMetric[],
  passing: readonly PassingScore[],
  repeats: Parameters<typeof repeatMetrics>[0],
): ReadonlySet<string> => {
  const names = new Set(
    metrics.flatMap(({ measured, looksBeside }) => (looksBeside === true ? measured.name : [])),
  );
  if (passing.some(({ name }) => names.has(name)))
    for (const { measured } of repeatMetrics(repeats, metrics)) names.add(measured.name);
  return names;
};
