import type { Reading } from './reading.ts';
import { show } from './show.ts';

export const JSON_POINTER_PATTERN = '^(/([^~/]|~[01])*)*$';

/** RFC 6901: `/outputs/0/data/0`; the empty string is the whole answer. */
export const readJsonPointer = (value: unknown): Reading<string> => {
  if (typeof value !== 'string')
    return { problem: `expected a JSON pointer such as /outputs/0/data/0, got ${show(value)}` };
  if (value === '' || /^(\/([^~/]|~[01])*)+$/.test(value)) return { value };
  const meant = value
    .replace(/^\$\.?/, '')
    .replace(/\[['"]?([^\]'"]+)['"]?\]/g, '.$1')
    .split(/[./]/)
    .filter((part) => part !== '')
    .join('/');
  return { problem: `${show(value)} is not a JSON pointer`, suggestion: `/${meant}` };
};
