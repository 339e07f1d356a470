import type { MetricFinding } from '../run/run-record.ts';
import { estimateOf } from './estimate-of.ts';
import { intervalAt } from './interval-at.ts';
import type { RequirementInput } from './requirement-input.ts';
import { slicesOf } from './slices.ts';

/** Every metric over all cases and, with `leastCases` given, over each tag that has so many; what was not measured is left out. */
export const findMetrics = (
  input: Omit<RequirementInput, 'requirements'>,
  leastCases: number | null = null,
): MetricFinding[] => {
  const { cases, metrics, confidence = 0.95 } = input;
  const slices: [string | null, readonly number[]][] = [[null, cases.map((_, place) => place)]];
  if (leastCases !== null)
    for (const [tag, places] of slicesOf(cases)) if (places.length >= leastCases) slices.push([tag, places]);
  return metrics.flatMap((metric) =>
    slices.flatMap(([slice, places]): MetricFinding[] => {
      const of = (side: 'candidate' | 'baseline' | 'difference') =>
        estimateOf(input, metric, places, side, { kind: 'score' });
      const candidate = of('candidate');
      if (candidate === null) return [];
      const baseline = of('baseline');
      const difference = of('difference');
      const methods = new Set([candidate, baseline, difference].flatMap((one) => one?.method ?? []));
      return [
        {
          metric: metric.name,
          slice,
          n: candidate.n,
          candidate: intervalAt(candidate, confidence),
          baseline: baseline === null ? null : intervalAt(baseline, confidence),
          difference: difference === null ? null : intervalAt(difference, confidence),
          method: [...methods].join('; '),
        },
      ];
    }),
  );
};
