import type { Reading } from './reading.ts';
import { show } from './show.ts';

export const NAME_PATTERN = '^[a-z][a-z0-9-]{0,62}$';

/** The name of a service or environment. It becomes part of paths and host names, hence the narrow alphabet. */
export const readName = (value: unknown): Reading<string> => {
  if (typeof value === 'string' && /^[a-z][a-z0-9-]{0,62}$/.test(value)) return { value };
  const meant =
    typeof value === 'string'
      ? value
          .toLowerCase()
          .replace(/[^a-z0-9]+/g, '-')
          .replace(/^[^a-z]+|-+$/g, '')
          .slice(0, 63)
      : '';
  return {
    problem: `${show(value)} is not a name: lower-case letters, digits and hyphens, a letter first, at most 63`,
    ...(meant === '' ? {} : { suggestion: meant }),
  };
};
