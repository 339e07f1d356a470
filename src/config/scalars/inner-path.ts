import type { Reading } from './reading.ts';
import { show } from './show.ts';

/** A path inside the service's folder; comes back without leading `./` and trailing slash (the folder itself is `.`). */
export const readInnerPath = (value: unknown): Reading<string> => {
  if (typeof value !== 'string' || value.trim() === '')
    return { problem: `expected a path, got ${show(value)}` };
  if (value.includes('\0')) return { problem: 'a path must not contain a zero byte' };
  if (value.includes('\\'))
    return { problem: 'write paths with forward slashes', suggestion: value.replaceAll('\\', '/') };
  if (value.startsWith('/') || /^[A-Za-z]:\//.test(value) || value.startsWith('~'))
    return { problem: `${show(value)} must be relative to this file, since a release carries its own files` };
  const parts = value.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return { problem: `${show(value)} leaves the folder of this file` };
  return { value: parts.join('/') || '.' };
};
