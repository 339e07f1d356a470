import type { MetricName } from './requirement.ts';

const isLatency = (metric: MetricName): boolean => metric.startsWith('latency_');

/** A value of a metric as people read it: `97.25 %`, `41.3 ms`. */
export const figureOf = (metric: MetricName, value: number): string =>
  isLatency(metric) ? `${value.toFixed(value < 100 ? 1 : 0)} ms` : `${percent(value)} %`;

/** A difference, always with its sign: `-0.75 points`, `+12.0 ms`. */
export const differenceOf = (metric: MetricName, value: number): string => {
  const sign = value < 0 ? '-' : '+';
  const size = Math.abs(value);
  return isLatency(metric)
    ? `${sign}${size.toFixed(size < 100 ? 1 : 0)} ms`
    : `${sign}${percent(size)} points`;
};

/** A bound as it was written, without digits nobody wrote: `95 %`, `0.5 points`, `500 ms`. */
export const limitOf = (metric: MetricName, value: number, unit: 'value' | 'margin'): string => {
  if (isLatency(metric)) return `${trimmed(value)} ms`;
  return unit === 'value' ? `${trimmed(value * 100)} %` : `${trimmed(value * 100)} points`;
};

/** Rounded so that only a perfect share reads 100.00. */
const percent = (share: number): string => {
  const text = (share * 100).toFixed(2);
  return text === '100.00' && share < 1 ? '99.99' : text;
};

const trimmed = (value: number): string => `${Number(value.toPrecision(10))}`;
