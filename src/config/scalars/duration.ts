import type { Reading } from './reading.ts';
import { show } from './show.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_MS = 3650 * 86_400_000;

/** Spellings people try first, so that the message can name the one that works. */
const MEANT: readonly (readonly [RegExp, string])[] = [
  [/^(ms|msecs?|millis?|milliseconds?)$/i, 'ms'],
  [/^(s|secs?|seconds?)$/i, 's'],
  [/^(m|mins?|minutes?)$/i, 'm'],
  [/^(h|hrs?|hours?)$/i, 'h'],
  [/^(d|days?)$/i, 'd'],
];

export const DURATION_PATTERN = '^[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)$';

/** `250ms`, `30s`, `5m`, `2h`, `7d`, with a decimal fraction if it comes to whole milliseconds; 0 needs no unit. */
export const readDuration = (value: unknown): Reading<number> => {
  if (value === 0) return { value: 0 };
  if (typeof value === 'number')
    return { problem: `a duration needs a unit, got ${value}`, suggestion: `${value}s or ${value}ms` };
  if (typeof value !== 'string') return { problem: `expected a duration such as 30s, got ${show(value)}` };
  const [, digits, unit] = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)$/.exec(value) ?? [];
  if (digits === undefined || unit === undefined) return notADuration(value);
  const ms = Number((Number(digits) * UNIT_MS[unit]!).toFixed(6));
  if (!Number.isInteger(ms)) return { problem: `${value} is not a whole number of milliseconds` };
  if (ms > LONGEST_MS) return { problem: `${value} is longer than ten years` };
  return { value: ms };
};

const notADuration = (text: string): Reading<number> => {
  const problem = `${show(text)} is not a duration`;
  const [, digits, word] = /^\s*([0-9]+(?:\.[0-9]+)?)\s*([a-zA-Z]+)\s*$/.exec(text) ?? [];
  const unit = MEANT.find(([spelling]) => word !== undefined && spelling.test(word))?.[1];
  if (digits !== undefined && unit !== undefined) return { problem, suggestion: `${digits}${unit}` };
  const parts = [...text.matchAll(/([0-9]+)(ms|s|m|h|d)/g)];
  if (parts.length > 1 && parts.map(([part]) => part).join('') === text) {
    const ms = parts.reduce((sum, [, count, part]) => sum + Number(count) * UNIT_MS[part!]!, 0);
    return {
      problem: `${problem}: one number and one unit`,
      suggestion: ms % 1000 ? `${ms}ms` : `${ms / 1000}s`,
    };
  }
  return { problem: `${problem}: write a number and one of ms, s, m, h, d, such as 30s` };
};
