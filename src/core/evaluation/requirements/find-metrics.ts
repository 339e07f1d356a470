import type { MetricFinding } from '../run/run-record.ts';
import { estimateOf } from './estimate-of.ts';
import { intervalAt } from './interval-at.ts';
import type { RequirementInput } from './requirement-input.ts';
import { slicesOf } from './slices.ts';

/**
 * Every metric over all cases and, with `leastCases` given, over each tag that has so many; of times the percentiles as well. What was
 * not measured is left out.
 */
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
      if (slice !== null && metric.candidate.kind === 'estimate') return [];
      const finding = (percentile: number | null): MetricFinding[] => {
        const statistic =
          percentile === null
            ? ({ kind: 'score' } as const)
            : ({ kind: 'percentile', at: percentile / 100 } as const);
        const of = (side: 'candidate' | 'baseline' | 'difference') =>
          estimateOf(input, metric, places, side, statistic);
        const candidate = of('candidate');
        if (candidate === null) return [];
        const baseline = of('baseline');
        // Worked out by resampling, which takes seconds of a large set; a requirement on it asks for it.
        const difference = percentile === null ? of('difference') : null;
        const methods = new Set([candidate, baseline, difference].flatMap((one) => one?.method ?? []));
        const intervals = {
          candidate: intervalAt(candidate, confidence),
          baseline: baseline === null ? null : intervalAt(baseline, confidence),
          difference: difference === null ? null : intervalAt(difference, confidence),
        };
        const unsure = Object.entries({ candidate, baseline, difference }).flatMap(([name, estimate]) =>
          estimate === null || intervals[name as keyof typeof intervals] !== null
            ? []
            : [[name, estimate.value] as const],
        );
        return [
          {
            metric: metric.name,
            ...(percentile === null ? {} : { percentile }),
            slice,
            n: candidate.n,
            ...intervals,
            ...(unsure.length === 0 ? {} : { values: Object.fromEntries(unsure) }),
            method: [...methods].join('; '),
          },
        ];
      };
      const isTime = metric.unit === 'ms' && metric.candidate.kind === 'cases' && slice === null;
      return [...finding(null), ...(isTime ? PERCENTILES.flatMap(finding) : [])];
    }),
  );
};

/** Of times, whose mean says little of what people wait for. */
const PERCENTILES = [50, 95, 99] as const;
