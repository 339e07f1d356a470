import type { ListenAddress } from '../server-config.ts';
import type { Reading } from './reading.ts';
import { show } from './show.ts';

export const LISTEN_PATTERN = '^([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5}$';

/** `127.0.0.1:7070`, `localhost:7070`, `[::1]:7070`. Port 0 lets the system choose. */
export const readListenAddress = (value: unknown): Reading<ListenAddress> => {
  if (typeof value === 'number')
    return { problem: 'an address needs a host', suggestion: `127.0.0.1:${value}` };
  if (typeof value !== 'string')
    return { problem: `expected an address such as 127.0.0.1:7070, got ${show(value)}` };
  const [, name, ipv6, digits] =
    /^(?:([A-Za-z0-9._-]+)|\[([0-9A-Fa-f:.]+)\]):([0-9]{1,5})$/.exec(value) ?? [];
  const host = name ?? ipv6;
  if (host === undefined) {
    const bare = /^:?([0-9]{1,5})$/.exec(value)?.[1];
    if (bare !== undefined)
      return {
        problem: `${show(value)} names no host`,
        suggestion: `127.0.0.1:${bare} (or 0.0.0.0:${bare} to be reachable from outside)`,
      };
    const url = /^https?:\/\/([^/]+)\/?$/.exec(value)?.[1];
    return { problem: `${show(value)} is not host:port`, suggestion: url ?? '127.0.0.1:7070' };
  }
  const port = Number(digits);
  if (port > 65_535) return { problem: `${port} is not a port: the largest is 65535` };
  return { value: { host, port } };
};
