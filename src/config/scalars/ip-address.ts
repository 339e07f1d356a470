import { isIP } from 'node:net';
import type { Reading } from './reading.ts';
import { show } from './show.ts';

/** An IPv4 or IPv6 address without brackets or port. */
export const readIpAddress = (value: unknown): Reading<string> => {
  if (typeof value === 'string' && isIP(value) !== 0) return { value };
  const bare = typeof value === 'string' ? /^\[?([0-9a-f.:]+)\]?$/i.exec(value.trim())?.[1] : undefined;
  return {
    problem: `expected an IP address, got ${show(value)}`,
    ...(bare !== undefined && isIP(bare) !== 0 ? { suggestion: bare } : {}),
  };
};
