import type { Reading } from './reading.ts';
import { show } from './show.ts';

export interface ShareRange {
  /** Smallest and largest share that is allowed, 0 to 1; by default the whole range. */
  readonly least?: number;
  readonly most?: number;
}

export const PERCENT_PATTERN = '^[0-9]+(\\.[0-9]+)?%$';

/**
 * A share of traffic, written in percent: `5%`, `0.5%`. Of bare numbers only 0 is taken, since `10` could mean ten percent
 * and `0.1` could mean a tenth of a percent or of everything.
 */
export const readPercent = (value: unknown, range: ShareRange = {}): Reading<number> => {
  if (value === 0) return within(0, '0%', range);
  if (typeof value === 'number') {
    const readings = value > 0 && value < 1 ? `${value}% or ${percent(value)}` : `${value}%`;
    return { problem: `a percentage needs its sign, got ${value}`, suggestion: readings };
  }
  return readPercentText(value, range);
};

/** A probability or rate: `95%` or a number between 0 and 1. The number 1 is refused, for it could mean 1%. */
export const readShare = (value: unknown, range: ShareRange = {}): Reading<number> => {
  if (typeof value !== 'number') return readPercentText(value, range);
  if (value === 1) return { problem: '1 could mean 1% or 100%', suggestion: '100% or 1%' };
  if (!(value >= 0 && value < 1))
    return {
      problem: `expected a percentage or a number from 0 to 1, got ${value}`,
      // What is no number, or below zero, was not meant as a percentage either.
      ...(value > 1 && value <= 100 ? { suggestion: `${value}%` } : {}),
    };
  return within(value, String(value), range);
};

const readPercentText = (value: unknown, range: ShareRange): Reading<number> => {
  if (typeof value !== 'string') return { problem: `expected a percentage such as 5%, got ${show(value)}` };
  const [, digits] = /^([0-9]+(?:\.[0-9]+)?)%$/.exec(value) ?? [];
  if (digits === undefined) {
    const [, meant] = /^\s*([0-9]+(?:\.[0-9]+)?)\s*(?:%|percent|pct)?\s*$/.exec(value) ?? [];
    return {
      problem: `${show(value)} is not a percentage`,
      suggestion: meant === undefined ? 'a number and %, such as 5%' : `${meant}%`,
    };
  }
  // Through the exponent, because 0.7 / 100 is not 0.007 in binary.
  return within(Number(`${digits}e-2`), value, range);
};

const within = (share: number, text: string, { least = 0, most = 1 }: ShareRange): Reading<number> => {
  if (share >= least && share <= most) return { value: share };
  return { problem: `${text} is out of range: from ${percent(least)} to ${percent(most)}` };
};

const percent = (share: number): string => `${Number((share * 100).toPrecision(12))}%`;
