import { readFile } from 'node:fs/promises';
import type { JWK } from 'jose';
import { z } from 'zod';
import type { TrustedIssuer } from '../../core/routing/trusted-issuer.ts';
import { isLoopbackHost } from '../http/is-loopback-host.ts';

const BYTES_AT_MOST = 256 * 1024;
const KEYS_AT_MOST = 100;

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });
const discovered = z.object({ issuer: z.string(), jwks_uri: z.url() });

/**
 * The public signing keys of an issuer, from where the configuration says. Whatever cannot verify a signature is left out:
 * shared secrets, keys for encryption, and private keys, which have no business there.
 * Throws when they cannot be had, with a message for operators.
 */
export async function fetchKeySet(
  { issuer, keys }: Pick<TrustedIssuer, 'issuer' | 'keys'>,
  withinMs: number,
): Promise<readonly JWK[]> {
  if (keys.from === 'file') return signingKeysIn(JSON.parse(await readFile(keys.path, 'utf8')));
  const signal = AbortSignal.timeout(withinMs);
  return signingKeysIn(
    await fetchJson(keys.from === 'url' ? keys.url : await discover(issuer, signal), signal),
  );
}

/** OpenID Connect Discovery 1.0, section 4: what is found there must say of itself that it is this issuer's. */
async function discover(issuer: string, signal: AbortSignal): Promise<string> {
  const answer = await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, signal);
  const found = discovered.safeParse(answer);
  if (!found.success) throw new Error('its configuration names no `issuer` and `jwks_uri`');
  if (found.data.issuer !== issuer) throw new Error('its configuration is that of another issuer');
  const url = new URL(found.data.jwks_uri);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackHost(bare(url.hostname))))
    throw new Error('its configuration names keys at an address without https');
  return url.href;
}

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

async function fetchJson(url: string, signal: AbortSignal): Promise<unknown> {
  const answer = await fetch(url, { redirect: 'error', signal, headers: { accept: 'application/json' } });
  if (answer.status !== 200) {
    await answer.body?.cancel();
    throw new Error(`${new URL(url).pathname} answers ${answer.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length;
    if (bytes > BYTES_AT_MOST)
      throw new Error(`${new URL(url).pathname} answers more than ${BYTES_AT_MOST} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

/** Of a JSON Web Key Set, as `fetchKeySet` gives them. */
export function signingKeysIn(value: unknown): readonly JWK[] {
  const found = keySet.safeParse(value);
  if (!found.success) throw new Error('what is there is no set of keys');
  const usable = (found.data.keys as JWK[]).filter(
    ({ kty, use, d }) => ['RSA', 'EC', 'OKP'].includes(kty!) && (use ?? 'sig') === 'sig' && d === undefined,
  );
  if (usable.length === 0) throw new Error('there is no public signing key in the set');
  if (usable.length > KEYS_AT_MOST) throw new Error(`there are more than ${KEYS_AT_MOST} keys in the set`);
  return usable;
}
