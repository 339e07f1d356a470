import type { IncomingHttpHeaders } from 'node:http';
import type { Exchange } from './exchange.ts';
import { responseHeaders } from './http/forward-headers.ts';
import type { Parts } from './parts.ts';
import type { LiveTrack } from './routes/snapshot.ts';

/** The headers of an answer as the client gets them: the release's, and what the gateway says of it. Names and values in turn. */
export function answerHead(
  parts: Parts,
  exchange: Exchange,
  track: LiveTrack,
  headers: IncomingHttpHeaders,
): string[] {
  const list = responseHeaders(headers, exchange.status);
  list.push('tidegate-invocation', exchange.id, 'tidegate-release', track.label);
  if (exchange.via !== exchange.service) list.push('tidegate-fallback', exchange.via.route.service);
  if (exchange.isRescued) list.push('tidegate-rescued', 'true');
  if (exchange.cache !== null) list.push('tidegate-cache', exchange.cache);
  const notice = exchange.pass?.notice() ?? null;
  if (notice !== null) list.push('tidegate-budget', notice);
  if (exchange.setCookie !== null) list.push('set-cookie', exchange.setCookie);
  if (parts.isDraining) list.push('connection', 'close');
  return list;
}
