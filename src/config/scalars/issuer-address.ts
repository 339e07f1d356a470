import type { Reading } from './reading.ts';
import { show } from './show.ts';

/**
 * The address of an issuer, or of its keys, as it was written: tokens repeat the issuer sign for sign. Without https anybody on the
 * way could put in keys of his own, so plain http is for this machine only.
 */
export const readIssuerAddress = (value: unknown): Reading<string> => {
  if (typeof value !== 'string' || !URL.canParse(value))
    return { problem: `expected an address such as https://login.example.com, got ${show(value)}` };
  const url = new URL(value);
  if (url.username !== '' || url.password !== '')
    return { problem: 'an address must not carry a user name or password' };
  if (url.hash !== '') return { problem: 'an address must not carry a fragment' };
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isHere)) return { value };
  if (url.protocol !== 'http:') return { problem: `${show(value)} is not an https address` };
  return {
    problem: `${show(value)} is not safe: whoever is on the way could put in keys of his own`,
    suggestion: value.replace(/^http:/, 'https:'),
  };
};
