import type { Reading } from './reading.ts';
import { show } from './show.ts';

export const TOKEN_PATTERN = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$";

/** The name of a header (in lower case afterwards) or cookie: a token of RFC 9110. */
export const readToken = (value: unknown): Reading<string> => {
  if (typeof value === 'string' && /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(value)) return { value };
  return { problem: `${show(value)} cannot be the name of a header or cookie` };
};
