import type { Reading } from './reading.ts';
import { show } from './show.ts';

/** `http://10.0.0.5:8000` or `https://host/prefix`; comes back without a trailing slash. */
export const readHttpAddress = (value: unknown): Reading<string> => {
  if (typeof value !== 'string')
    return { problem: `expected an address such as http://10.0.0.5:8000, got ${show(value)}` };
  if (!URL.canParse(value))
    return {
      problem: `${show(value)} is not a URL`,
      ...(/^[\w.-]+(:\d+)?(\/|$)/.test(value) ? { suggestion: `http://${value}` } : {}),
    };
  const url = new URL(value);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    const bare = /^[\w.-]+:\d+(\/\S*)?$/.test(value);
    return {
      problem: `${show(value)} is neither http nor https`,
      ...(bare ? { suggestion: `http://${value}` } : {}),
    };
  }
  if (url.username !== '' || url.password !== '')
    return { problem: 'an address must not carry a user name or password' };
  if (url.search !== '' || url.hash !== '')
    return { problem: 'an address must not carry a query or fragment' };
  return { value: `${url.origin}${url.pathname}`.replace(/\/+$/, '') };
};
