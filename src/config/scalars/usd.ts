import { NANOS_A_DOLLAR } from '../../core/cost/price.ts';
import type { Reading } from './reading.ts';
import { show } from './show.ts';

const MOST_USD = 1_000_000;

/** A number of dollars, from zero to a million, as whole nano-dollars. */
export const readUsd = (value: unknown): Reading<number> => {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    const digits =
      typeof value === 'string' ? /^\$?([0-9]+(?:\.[0-9]+)?)$/.exec(value.trim())?.[1] : undefined;
    return {
      problem: `expected a number of dollars, got ${show(value)}`,
      ...(digits === undefined ? {} : { suggestion: digits }),
    };
  }
  if (value < 0 || value > MOST_USD)
    return { problem: `${value} is out of range: from 0 to ${MOST_USD} dollars` };
  const nanos = Math.round(value * NANOS_A_DOLLAR);
  // What is left is more than the number's own binary rounding.
  if (Math.abs(value * NANOS_A_DOLLAR - nanos) > 1e-3)
    return { problem: `${value} is finer than a thousand-millionth of a dollar` };
  return { value: nanos };
};
