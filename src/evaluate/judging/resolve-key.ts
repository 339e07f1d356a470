import { readFileSync } from 'node:fs';
import { TidegateError } from '../../errors.ts';

/**
 * The key behind `env:NAME` or `file:/path`, without a final line break. `fill` knows the environment and throws where it lacks the name.
 * @throws TidegateError `bad-request` where the file cannot be read or holds nothing that a header can carry
 */
export const resolveKey = (reference: string, fill: (text: string) => string): string => {
  if (reference.startsWith('env:')) return usable(fill(`\${${reference}}`), reference);
  const path = reference.replace(/^file:/, '');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new TidegateError('bad-request', `The key in ${path} cannot be read.`, {
      cause,
      todo: 'Put the key alone into that file, readable by you.',
    });
  }
  return usable(text.replace(/\r?\n$/, ''), reference);
};

const usable = (key: string, reference: string): string => {
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new TidegateError('bad-request', `What ${reference} holds cannot be sent as a key.`, {
    todo: 'A key is one line of printable characters without spaces.',
  });
};
