import { InvalidArgumentError } from 'commander';
import { readDuration } from '../config/scalars/duration.ts';

/** `90s`, `5m`: as in the configuration. In milliseconds. */
export const parseDuration = (text: string): number => {
  const reading = readDuration(text);
  if ('value' in reading) return reading.value;
  throw new InvalidArgumentError(reading.problem);
};

export const parseCount = (text: string): number => {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number.');
};
