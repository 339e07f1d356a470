import { DURATION_PATTERN, readDuration } from '../scalars/duration.ts';
import { scalar } from './scalar.ts';

const DAY_MS = 86_400_000;

/** A duration in milliseconds. By default from zero on and without an upper bound but sanity. */
export const duration = ({ zero = true, mostMs = Number.POSITIVE_INFINITY } = {}) =>
  scalar<number>(
    (value) => {
      const reading = readDuration(value);
      if ('problem' in reading) return reading;
      if (reading.value === 0 && !zero) return { problem: 'a duration above zero is needed here' };
      if (reading.value > mostMs) return { problem: `${value} is too long: at most ${mostMs / DAY_MS}d` };
      return reading;
    },
    zero
      ? { type: ['string', 'integer'], pattern: DURATION_PATTERN, minimum: 0, maximum: 0 }
      : { type: 'string', pattern: DURATION_PATTERN },
  );

/** A time-out that travels in a release's manifest: above zero, at most a day. */
export const timeLimit = () => duration({ zero: false, mostMs: DAY_MS });
