import { createHash } from 'node:crypto';
import type { CachePolicy } from '../../core/routing/cache-policy.ts';
import type { Exchange } from '../exchange.ts';
import type { LiveTrack } from '../routes/snapshot.ts';
import { travellingHeaders } from './travelling-headers.ts';

type Asked = Pick<Exchange, 'req' | 'spent' | 'path' | 'keyId' | 'body' | 'service'>;

/**
 * Names everything that an answer may depend on: release, method, path with query, headers and body, byte for byte, and whose key
 * it is. Each part carries its length, so no two requests can be written so that they look the same. SHA-256, base64.
 */
export function requestKey(exchange: Asked, track: LiveTrack, { scope, vary }: CachePolicy): string {
  const { req, path, keyId, body } = exchange;
  const who = scope === 'key' && keyId !== null ? `k${keyId}` : '-';
  const headers = travellingHeaders(exchange, track, vary);
  // A release may be asked under another policy when it becomes stable; what was told apart less strictly is not for that one.
  const how = `${scope} ${vary?.join(' ') ?? '*'}`;
  const parts = [track.counts.release, how, req.method!, path, who, headers];
  const hash = createHash('sha256');
  hash.update(parts.map((part) => `${part.length}:${part}`).join(''));
  if (Buffer.isBuffer(body)) hash.update(body);
  return hash.digest('base64');
}
