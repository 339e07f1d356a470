import type { Bound } from '../bound.ts';
import type { RequiredBound } from './requirement-input.ts';

/** Throws a RangeError for a bound that is no number, and for a negative margin. */
export const boundOfRequirement = (bound: RequiredBound, better: 'higher' | 'lower'): Bound => {
  const limit = bound.kind === 'not-worse-by' ? bound.margin : bound.limit;
  if (!Number.isFinite(limit)) throw new RangeError(`a requirement cannot be held to ${limit}`);
  switch (bound.kind) {
    case 'min':
      return { about: 'metric', good: 'at-least', limit };
    case 'max':
      return { about: 'metric', good: 'at-most', limit };
    case 'not-worse-by':
      if (limit < 0) throw new RangeError(`a margin cannot be negative: ${limit}`);
      // 0 - 0 is 0, and -0 would be shown with its sign.
      return better === 'higher'
        ? { about: 'difference', good: 'at-least', limit: 0 - limit }
        : { about: 'difference', good: 'at-most', limit };
  }
};
