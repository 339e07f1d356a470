import type {
  Interval,
  MeasuredMetric,
  MetricFinding,
  MetricUnit,
} from '../../../core/evaluation/run/run-record.ts';
import { count, difference, figure, range } from '../page/figure.ts';
import { oneLine } from '../visible-text.ts';
import type { RunIndex } from './index-run.ts';

/** One line of the table of metrics, in words. */
export interface MetricRow {
  readonly metric: string;
  readonly slice: string | null;
  readonly candidate: string;
  readonly interval: string;
  readonly baseline: string;
  readonly difference: string;
  readonly n: string;
  readonly method: string;
}

/** All findings on all cases first, then by slice, in the order of the metrics. */
export const metricRows = ({ head, summary }: Pick<RunIndex, 'head' | 'summary'>): MetricRow[] => {
  const findings = summary?.metrics ?? [];
  const ordered = [
    ...findings.filter(({ slice }) => slice === null),
    ...findings.filter(({ slice }) => slice !== null),
  ];
  return ordered.map((finding) => metricRow(finding, unitOf(head.metrics, finding.metric)));
};

/** Metrics that every run has (latency, cost) may be found without being in the head. */
export const unitOf = (metrics: readonly MeasuredMetric[], name: string): MetricUnit =>
  metrics.find((metric) => metric.name === name)?.unit ?? 'score';

const metricRow = (finding: MetricFinding, unit: MetricUnit): MetricRow => ({
  metric: metricName(finding, 60),
  slice: finding.slice === null ? null : oneLine(finding.slice, 60),
  candidate: shownValue(finding, 'candidate', unit) ?? 'not measured',
  interval:
    finding.candidate !== null
      ? range(unit, finding.candidate.low, finding.candidate.high)
      : finding.values?.candidate === undefined
        ? ''
        : 'unknown',
  baseline: shownValue(finding, 'baseline', unit) ?? '',
  difference:
    finding.difference !== null
      ? differenceText(unit, finding.difference)
      : finding.values?.difference === undefined
        ? ''
        : `${difference(unit, finding.values.difference)} (unknown)`,
  n: count(finding.n),
  method: oneLine(finding.method, 120),
});

const shownValue = (
  finding: MetricFinding,
  side: 'candidate' | 'baseline',
  unit: MetricUnit,
): string | null => {
  const value = finding[side]?.value ?? finding.values?.[side];
  return value === undefined ? null : figure(unit, value);
};

/** `latency`, and of a percentile `latency p95`. */
export const metricName = ({ metric, percentile }: MetricFinding, longest: number): string =>
  percentile === undefined ? oneLine(metric, longest) : `${oneLine(metric, longest - 8)} p${percentile}`;

/** `+1.20 points (-0.30 to +2.70 points)`. */
export const differenceText = (unit: MetricUnit, { value, low, high }: Interval): string =>
  `${difference(unit, value)} (${range(unit, low, high, 'difference')})`;

/** `95 %`; null where nothing has an interval. */
export const confidenceText = ({ summary }: Pick<RunIndex, 'summary'>): string | null => {
  const found = summary?.metrics.find(({ candidate }) => candidate !== null)?.candidate;
  return found === null || found === undefined
    ? null
    : `${Number((found.confidence * 100).toPrecision(6))} %`;
};
