import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { RouteTable } from '../../core/routing/table.ts';
import type { Admission } from './admission.ts';
import { bearerOf } from './bearer-of.ts';

export interface KeyRing {
  readonly required: boolean;
  readonly byPrefix: ReadonlyMap<number, readonly { readonly id: string; readonly sha256: Buffer }[]>;
  /** Keys that came and were found, to their ids: a caller's key is hashed once, not with every request. Gone with the table. */
  readonly met: Map<string, string>;
}

const MET_AT_MOST = 10_000;

const ANONYMOUS: Admission = { admitted: true, keyId: null, spent: null, token: null };
const REFUSED: Admission = { admitted: false, refusal: null };

/** With `isAlwaysRequired` nobody comes in without a key, whatever the table says. */
export function keyRing(apiKeys: RouteTable['apiKeys'], isAlwaysRequired: boolean): KeyRing {
  const byPrefix = new Map<number, { id: string; sha256: Buffer }[]>();
  for (const { id, sha256 } of apiKeys.keys) {
    const bytes = Buffer.from(sha256, 'hex');
    if (bytes.length !== 32) continue;
    const prefix = bytes.readUInt32BE(0);
    const same = byPrefix.get(prefix);
    if (same === undefined) byPrefix.set(prefix, [{ id, sha256: bytes }]);
    else same.push({ id, sha256: bytes });
  }
  return { required: isAlwaysRequired || apiKeys.required, byPrefix, met: new Map() };
}

/**
 * Decides by API keys alone whether a request may come in. A header is spent only when it held one of our keys: any other
 * `authorization` belongs to the service behind us and travels on.
 */
export function admit(ring: KeyRing, headers: IncomingHttpHeaders): Admission {
  if (ring.byPrefix.size > 0) {
    const bearer = bearerOf(headers);
    if (bearer !== null) {
      const keyId = idOf(ring, bearer);
      if (keyId !== null) return { admitted: true, keyId, spent: 'authorization', token: null };
    }
    const plain = headers['x-api-key'];
    if (typeof plain === 'string') {
      const keyId = idOf(ring, plain);
      if (keyId !== null) return { admitted: true, keyId, spent: 'x-api-key', token: null };
    }
  }
  return withoutKey(ring);
}

function idOf(ring: KeyRing, key: string): string | null {
  const met = ring.met.get(key);
  if (met !== undefined) return met;
  const id = keyIdOf(ring, digestOf(key));
  if (id !== null && ring.met.size < MET_AT_MOST) ring.met.set(key, id);
  return id;
}

/** What becomes of a request that brought nothing that is known here. */
export const withoutKey = (ring: KeyRing): Admission => (ring.required ? REFUSED : ANONYMOUS);

/** Under which keys are stored. */
export const digestOf = (key: string): Buffer => hash('sha256', key, 'buffer');

/**
 * The lookup by the first four bytes tells an attacker nothing: whoever can choose them can already invert SHA-256. The
 * rest is compared in constant time.
 */
export function keyIdOf(ring: KeyRing, digest: Buffer): string | null {
  for (const known of ring.byPrefix.get(digest.readUInt32BE(0)) ?? []) {
    if (timingSafeEqual(known.sha256, digest)) return known.id;
  }
  return null;
}
