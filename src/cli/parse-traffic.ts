import { InvalidArgumentError } from 'commander';
import { readPercent } from '../config/scalars/share.ts';

const secondsOf: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3_600, d: 86_400 };

/** `40` or `40/s`, `3/min`, `3/h`, `100/d`. In requests a second, above 0. */
export const parseRate = (text: string): number => {
  const [, digits, unit = 's'] = /^([0-9]+(?:\.[0-9]+)?)(?:\/(s|min|h|d))?$/.exec(text) ?? [];
  const rate = digits === undefined ? 0 : Number(digits) / secondsOf[unit]!;
  if (rate > 0 && Number.isFinite(rate)) return rate;
  throw new InvalidArgumentError(
    'It is a number above 0 of requests a second, such as 40, or 3/min, 3/h, 100/d.',
  );
};

/** `1%`, from 0% to below 100%. As a share from 0 to 1. */
export const parsePercent = (text: string): number => {
  const reading = readPercent(text, { most: 0.99 });
  if ('value' in reading) return reading.value;
  throw new InvalidArgumentError(
    `${reading.problem}; try ${/^\d+(\.\d+)?$/.test(text) ? `${text}%` : 'a number and %, such as 5%'}.`,
  );
};
