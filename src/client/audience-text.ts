import type { Audience } from '../core/audience/audience.ts';
import { percent } from './figures.ts';

/** Whose requests they are, to go behind "requests of" or "with": `x-ring: beta or staff`. */
export const audienceText = (audience: Audience): string => {
  switch (audience.type) {
    case 'header':
      return `${audience.name}: ${anyOf(audience.values)}`;
    case 'header-prefix':
      return `${audience.name}: ${audience.prefix}…`;
    case 'claim':
      return `claim ${audience.name}: ${anyOf(audience.values)}`;
    case 'keys':
      return `key ${anyOf(audience.ids)}`;
    case 'key-share':
      return `${percent(audience.share)} of the keys`;
    case 'all':
      return audience.of.map(part).join(' and ');
    case 'any':
      return audience.of.map(part).join(', or ');
    case 'not':
      return `not ${part(audience.of)}`;
  }
};

/** What is made of others stands in brackets inside of another. */
const part = (audience: Audience): string =>
  audience.type === 'all' || audience.type === 'any' ? `(${audienceText(audience)})` : audienceText(audience);

const NAMED_AT_MOST = 3;

const anyOf = (values: readonly string[]): string => {
  if (values.length <= NAMED_AT_MOST) return values.join(' or ');
  return `${values.slice(0, NAMED_AT_MOST - 1).join(' or ')} or ${values.length - NAMED_AT_MOST + 1} others`;
};
