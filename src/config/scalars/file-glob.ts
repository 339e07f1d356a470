import { readInnerPath } from './inner-path.ts';
import type { Reading } from './reading.ts';

/** A glob inside the service's folder; a leading `!` takes away what an earlier one added. */
export const readFileGlob = (value: unknown): Reading<string> => {
  const negated = typeof value === 'string' && value.startsWith('!');
  const reading = readInnerPath(negated ? value.slice(1) : value);
  if ('problem' in reading) return reading;
  // A folder means everything below it, written either way.
  const asFolder = typeof value === 'string' && value.endsWith('/');
  return { value: `${negated ? '!' : ''}${reading.value}${asFolder ? '/**' : ''}` };
};
