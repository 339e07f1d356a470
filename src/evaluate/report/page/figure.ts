import type { MetricUnit } from '../../../core/evaluation/run/run-record.ts';

/** A value as people read it: `97.25 %`, `0.8312`, `41.3 ms`, `$0.0004`. */
export const figure = (unit: MetricUnit, value: number): string => {
  switch (unit) {
    case 'share':
      return `${percent(value)} %`;
    case 'score':
      return scoreText(value);
    case 'ms':
      return `${grouped(value, Math.abs(value) < 100 ? 1 : 0)} ms`;
    case 'tokens':
      return `${grouped(value, Math.abs(value) < 100 ? 1 : 0)} tokens`;
    case 'usd':
      return value < 0 ? `-$${money(-value)}` : `$${money(value)}`;
    case 'per-second':
      return `${grouped(value, Math.abs(value) < 100 ? 1 : 0)} /s`;
  }
};

/** A difference, always with its sign: `-0.75 points`, `+12.0 ms`. */
export const difference = (unit: MetricUnit, value: number): string => {
  const sign = value < 0 ? '-' : '+';
  const size = Math.abs(value);
  return unit === 'share' ? `${sign}${(size * 100).toFixed(2)} points` : `${sign}${figure(unit, size)}`;
};

/** Both limits, the unit said once: `96.10 to 98.02 %`. */
export const range = (
  unit: MetricUnit,
  low: number,
  high: number,
  as: 'value' | 'difference' = 'value',
): string => {
  const text = as === 'value' ? figure : difference;
  return `${text(unit, low).replace(/ (%|ms|tokens|\/s|points)$/, '')} to ${text(unit, high)}`;
};

/** A number of things, with its thousands apart. */
export const count = (value: number): string => grouped(value, 0);

/** `4 min 12 s`, from milliseconds. */
export const duration = (ms: number): string => {
  const seconds = Math.round(ms / 1000);
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
};

/** `p = 0.012`; far below it says only that. */
export const pValue = (p: number): string => (p < 0.0001 ? 'p < 0.0001' : `p = ${p.toPrecision(2)}`);

/** Rounded so that only a perfect share reads 100.00. */
const percent = (share: number): string => {
  const text = (share * 100).toFixed(2);
  return text === '100.00' && share < 1 ? '99.99' : text;
};

const scoreText = (value: number): string => {
  const size = Math.abs(value);
  if (size >= 1000) return grouped(value, 0);
  return value.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : 4);
};

/** Two digits that say something, however small the price of a call. */
const money = (value: number): string => {
  if (value === 0 || value >= 1) return grouped(value, 2);
  return value.toFixed(Math.min(10, Math.max(2, 1 - Math.floor(Math.log10(value)))));
};

const grouped = (value: number, digits: number): string =>
  value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',');
