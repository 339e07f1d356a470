import type { Exchange } from '../exchange.ts';
import { requestHeaders } from '../http/forward-headers.ts';
import { providerHeaders } from '../providers/live-provider.ts';
import type { LiveTrack } from '../routes/snapshot.ts';

/**
 * Names one request among others, or tells the way back what to leave; nobody answers differently for it. What a service makes
 * of them all the same must be said by a `vary` of its answer.
 */
const NAMING = new Set([
  'host',
  'tidegate-invocation',
  'tidegate-mirrored',
  'content-length',
  'cache-control',
  'pragma',
  'traceparent',
  'tracestate',
  'baggage',
  'x-request-id',
  'x-correlation-id',
  'x-client-request-id',
  'x-stainless-retry-count',
  'x-stainless-timeout',
]);

/** Tells requests apart whatever `vary` says: who asks, and what is sent and wanted. */
const ALWAYS = new Set([
  'authorization',
  'x-api-key',
  'api-key',
  'cookie',
  'openai-organization',
  'openai-project',
  'openai-beta',
  'anthropic-version',
  'anthropic-beta',
  'accept',
  'accept-encoding',
  'content-type',
  'content-encoding',
  'inference-header-content-length',
  'x-http-method-override',
  'x-original-url',
  'x-rewrite-url',
]);

/**
 * What a release would see of the headers of a request, as one text in which nothing can pass for something else; without what
 * only names the request. Made from the headers that are really sent, so that what does not travel tells nothing apart and what
 * travels does. `vary`: only these and the ones that always count; undefined: all.
 */
export function travellingHeaders(
  { req, spent }: Pick<Exchange, 'req' | 'spent'>,
  { provider }: Pick<LiveTrack, 'provider'>,
  vary: readonly string[] | undefined,
): string {
  const own = requestHeaders({
    raw: req.rawHeaders,
    connection: req.headers.connection,
    spent,
    host: '',
    // The client's address is no part of it, but what the client claims of it is.
    clientAddress: '',
    invocation: '',
    contentLength: null,
    isMirrored: false,
  });
  const headers = provider === null ? own : providerHeaders(own, provider, null);
  let text = '';
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at]!.toLowerCase();
    const value = headers[at + 1]!;
    if (NAMING.has(name) || (name === 'x-forwarded-for' && value === '')) continue;
    if (vary !== undefined && !ALWAYS.has(name) && !vary.includes(name)) continue;
    text += `${name.length}:${name}${value.length}:${value}`;
  }
  return text;
}

/** True when answers that differ by this header of the request are told apart. */
export const isTold = (name: string, vary: readonly string[] | undefined): boolean =>
  vary === undefined
    ? !NAMING.has(name) && name !== 'x-forwarded-for'
    : ALWAYS.has(name) || vary.includes(name);
