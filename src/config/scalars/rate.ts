import type { Reading } from './reading.ts';
import { show } from './show.ts';

const PER_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const MOST_A_SECOND = 1_000_000_000;

export const RATE_PATTERN = '^[0-9]+(\\.[0-9]+)?/(s|m|h|d)$';

/** So many in so long. */
export interface WrittenRate {
  readonly count: number;
  readonly perMs: number;
}

/** `100/s`, `600/m`, `5000/h`, `2.5/d`: above 0. */
export const readRate = (value: unknown): Reading<WrittenRate> => {
  if (typeof value === 'number')
    return { problem: `a rate needs its time, got ${value}`, suggestion: `${value}/s or ${value}/m` };
  if (typeof value !== 'string') return { problem: `expected a rate such as 600/m, got ${show(value)}` };
  const [, digits, unit] = /^([0-9]+(?:\.[0-9]+)?)\/(s|m|h|d)$/.exec(value) ?? [];
  if (digits === undefined || unit === undefined) return notARate(value);
  const count = Number(digits);
  const perMs = PER_MS[unit]!;
  if (count === 0) return { problem: `${value} lets nothing in` };
  if ((count / perMs) * 1000 > MOST_A_SECOND)
    return { problem: `${value} is more than a thousand million a second` };
  return { value: { count, perMs } };
};

const notARate = (text: string): Reading<WrittenRate> => {
  const problem = `${show(text)} is not a rate`;
  const [, digits, word] = /^\s*([0-9]+(?:\.[0-9]+)?)\s*(?:\/|per)\s*([a-z]+)\s*$/i.exec(text) ?? [];
  const unit = word?.slice(0, 1).toLowerCase();
  return digits !== undefined && unit !== undefined && unit in PER_MS
    ? { problem, suggestion: `${digits}/${unit}` }
    : { problem: `${problem}: write a number, a slash and one of s, m, h, d, such as 600/m` };
};
