import type { Reading } from './reading.ts';

export const SECRET_PATTERN = '^(env:[A-Za-z_][A-Za-z0-9_]*|file:/.+)$';

/** `env:NAME` or `file:/path`. Whatever else stands there may be the secret itself, so no message quotes it. */
export const readSecretReference = (value: unknown): Reading<string> => {
  const problem = 'a secret is given by reference only, never by value';
  if (typeof value !== 'string') return { problem, suggestion: 'env:NAME or file:/path' };
  if (/^env:[A-Za-z_][A-Za-z0-9_]*$/.test(value) || /^file:\/[^\0]+$/.test(value)) return { value };
  const [, name] = /^\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(value) ?? [];
  if (name !== undefined)
    return { problem: 'a secret is resolved when a replica starts', suggestion: `env:${name}` };
  if (value.startsWith('file:'))
    return { problem: 'the file of a secret is named by an absolute path', suggestion: 'file:/path' };
  return { problem, suggestion: 'env:NAME or file:/path' };
};
