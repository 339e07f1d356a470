import type { IncomingHttpHeaders } from 'node:http';

/** What `authorization` carries as a bearer's credential; null when it carries nothing of the kind. */
export function bearerOf({ authorization }: IncomingHttpHeaders): string | null {
  if (authorization === undefined || authorization.length <= 7) return null;
  return authorization.slice(0, 7).toLowerCase() === 'bearer ' ? authorization.slice(7).trim() : null;
}
