import type { MiddlewareHandler } from 'hono';
import { TidegateError } from '../errors.ts';

const isLoopbackName = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  hostname === '[::1]' ||
  /^127(\.\d{1,3}){3}$/.test(hostname);

/**
 * Refuses requests that were addressed to another name. A foreign page can point its own name at 127.0.0.1 (DNS
 * rebinding) and would then be of the same origin as this API; the name in the Host header gives it away.
 */
export const checkHost: MiddlewareHandler = async (c, next) => {
  const host = c.req.header('host') ?? new URL(c.req.url).host;
  const url = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : null;
  if (url === null || !isLoopbackName(url.hostname))
    throw new TidegateError('forbidden', 'This control plane only answers to loopback addresses.', {
      todo: 'Call it as 127.0.0.1 or localhost.',
    });
  await next();
};
