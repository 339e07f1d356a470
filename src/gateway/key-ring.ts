import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { RouteTable } from '../core/routing/table.ts';

export interface KeyRing {
  readonly required: boolean;
  readonly byPrefix: ReadonlyMap<number, readonly { readonly id: string; readonly sha256: Buffer }[]>;
}

/** `spent` is the header that carried our key and must not travel on. */
export type Admission =
  | {
      readonly admitted: true;
      readonly keyId: string | null;
      readonly spent: 'authorization' | 'x-api-key' | null;
    }
  | { readonly admitted: false };

const ANONYMOUS: Admission = { admitted: true, keyId: null, spent: null };
const REFUSED: Admission = { admitted: false };

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
  return { required: isAlwaysRequired || apiKeys.required, byPrefix };
}

/**
 * Decides whether a request may come in. A header is spent only when it held one of our keys: any other `authorization`
 * belongs to the service behind us and travels on.
 */
export function admit(ring: KeyRing, headers: IncomingHttpHeaders): Admission {
  if (ring.byPrefix.size > 0) {
    const bearer = headers.authorization;
    if (bearer !== undefined && bearer.length > 7 && bearer.slice(0, 7).toLowerCase() === 'bearer ') {
      const keyId = keyIdOf(ring, bearer.slice(7).trim());
      if (keyId !== null) return { admitted: true, keyId, spent: 'authorization' };
    }
    const plain = headers['x-api-key'];
    if (typeof plain === 'string') {
      const keyId = keyIdOf(ring, plain);
      if (keyId !== null) return { admitted: true, keyId, spent: 'x-api-key' };
    }
  }
  return ring.required ? REFUSED : ANONYMOUS;
}

/**
 * The lookup by the first four bytes tells an attacker nothing: whoever can choose them can already invert SHA-256. The
 * rest is compared in constant time.
 */
function keyIdOf(ring: KeyRing, key: string): string | null {
  const digest = hash('sha256', key, 'buffer');
  for (const known of ring.byPrefix.get(digest.readUInt32BE(0)) ?? []) {
    if (timingSafeEqual(known.sha256, digest)) return known.id;
  }
  return null;
}
