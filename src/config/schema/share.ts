import { PERCENT_PATTERN, readPercent, readShare, type ShareRange } from '../scalars/share.ts';
import { scalar } from './scalar.ts';

/** A share of traffic: `5%`; of numbers only 0. Comes out as 0 to 1. */
export const percent = (range: ShareRange = {}) =>
  scalar<number>((value) => readPercent(value, range), {
    type: ['string', 'integer'],
    pattern: PERCENT_PATTERN,
    minimum: 0,
    maximum: 0,
  });

/** A probability: `95%` or a number between 0 and 1. Neither 0 nor `below` itself. */
export const probability = ({ below = 1 }: { readonly below?: number } = {}) =>
  scalar<number>(
    (value) => {
      const reading = readShare(value);
      if ('problem' in reading || (reading.value > 0 && reading.value < below)) return reading;
      return { problem: `${value} is out of range: it must lie between 0% and ${below * 100}%` };
    },
    { type: ['string', 'number'], pattern: PERCENT_PATTERN, exclusiveMinimum: 0, exclusiveMaximum: below },
  );
