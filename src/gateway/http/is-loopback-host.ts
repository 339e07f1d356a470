import { isIPv4 } from 'node:net';

/** Whether a host to listen on can be reached from this machine alone. A spelling it does not know counts as reachable by all. */
export const isLoopbackHost = (host: string): boolean =>
  host.toLowerCase() === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
