import { isPlainObject, type PlainObject } from './plain-object.ts';
import type { ReadRow } from './read-data-row.ts';

/** A sample of OpenAI's evals: `input` (a text or messages) and `ideal` (a text or several), or for multiple choice `choice_strings`. */
export const readOpenAiSample = (row: PlainObject): ReadRow => {
  const { id, input, ideal, ...others } = row;
  if (input === undefined || input === null) return { isRead: false, message: 'has no "input"' };
  if (typeof input !== 'string' && !(Array.isArray(input) && input.every(isPlainObject)))
    return { isRead: false, message: 'has an "input" that is neither a text nor a list of messages' };
  return { isRead: true, found: { id, input, expected: ideal, others } };
};
