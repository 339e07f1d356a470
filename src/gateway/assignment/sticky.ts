import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Sticky, StickySource } from '../../core/routing/sticky.ts';
import { pointerTokens, textAt } from '../http/json-at-pointer.ts';
import type { Upload } from '../http/read-body.ts';
import { type Claims, textClaim } from '../identity/claim-at.ts';

export interface StickyKey {
  /** Null when the request brought none and its track is drawn afresh. */
  readonly key: string | null;
  /** A `set-cookie` value that makes the next request of this client bring the key; null when nothing is to be set. */
  readonly setCookie: string | null;
}

/** What a key may be read from. */
export interface StickyRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer | Upload | null;
  /** Of the caller's token; null without one. */
  readonly claims: Claims | null;
}

/** Finds the key that keeps a client on its track; made once for a route table. */
export interface StickyReader {
  /** The beginning of a body that is too long to be kept is wanted as well. */
  readonly needsBody: boolean;
  /** Clients without a key are given one, also while there is no candidate. */
  readonly givesCookie: boolean;
  read(request: StickyRequest): StickyKey;
}

type Source = (request: StickyRequest) => string | null;

const NONE: StickyKey = { key: null, setCookie: null };
const COOKIE_SECONDS = 365 * 24 * 3600;
const FIELD_BYTES_AT_MOST = 1_024;

/** The first source that has a key counts. A client without one is given a cookie, if that is one of the sources. */
export function stickyReader(sticky: Sticky): StickyReader {
  const all: readonly StickySource[] = [sticky, ...(sticky.otherwise ?? [])];
  const sources = all.map(sourceOf);
  const cookie = all.find(({ by }) => by === 'cookie')?.name ?? null;
  return {
    givesCookie: cookie !== null,
    needsBody: all.some(({ by }) => by === 'field'),
    read(request) {
      for (const source of sources) {
        const key = source(request);
        if (key !== null) return { key, setCookie: null };
      }
      if (cookie === null) return NONE;
      const fresh = randomUUID();
      return {
        key: fresh,
        setCookie: `${cookie}=${fresh}; Path=/; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Lax`,
      };
    },
  };
}

function sourceOf({ by, name }: StickySource): Source {
  switch (by) {
    case 'header': {
      const lower = name.toLowerCase();
      return ({ headers }) => {
        const value = headers[lower];
        return (Array.isArray(value) ? value.join(',') : value) || null;
      };
    }
    case 'cookie':
      return ({ headers }) => cookieValue(headers.cookie, name) || null;
    case 'claim':
      return ({ claims }) => (claims === null ? null : textClaim(claims, name));
    case 'field': {
      const tokens = pointerTokens(name);
      return ({ body, headers }) => {
        // Compressed bytes are no JSON, and are not unpacked for this.
        if (body === null || headers['content-encoding'] !== undefined) return null;
        return textAt(Buffer.isBuffer(body) ? body : body.head, tokens, FIELD_BYTES_AT_MOST) || null;
      };
    }
  }
}

function cookieValue(header: string | undefined, name: string): string | null {
  if (header === undefined) return null;
  for (const part of header.split(';')) {
    const equals = part.indexOf('=');
    if (equals !== -1 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return null;
}
