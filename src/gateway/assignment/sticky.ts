import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { ServiceRoute } from '../../core/routing/table.ts';

export interface StickyKey {
  /** Null when the request brought none and its track is drawn afresh. */
  readonly key: string | null;
  /** A `set-cookie` value that makes the next request of this client bring the key; null when nothing is to be set. */
  readonly setCookie: string | null;
}

const NONE: StickyKey = { key: null, setCookie: null };
const COOKIE_SECONDS = 365 * 24 * 3600;

/** The key that keeps a client on its track. A client without the sticky cookie is given one. */
export function stickyKey(sticky: ServiceRoute['sticky'], headers: IncomingHttpHeaders): StickyKey {
  if (sticky === null) return NONE;
  if (sticky.by === 'header') {
    const value = headers[sticky.name.toLowerCase()];
    const key = Array.isArray(value) ? value.join(',') : value;
    return key ? { key, setCookie: null } : NONE;
  }
  const brought = cookieValue(headers.cookie, sticky.name);
  if (brought) return { key: brought, setCookie: null };
  const fresh = randomUUID();
  return {
    key: fresh,
    setCookie: `${sticky.name}=${fresh}; Path=/; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Lax`,
  };
}

function cookieValue(header: string | undefined, name: string): string | null {
  if (header === undefined) return null;
  for (const part of header.split(';')) {
    const equals = part.indexOf('=');
    if (equals !== -1 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return null;
}
