import type { Readable } from 'node:stream';
import type { Exchange } from '../exchange.ts';
import { requestHeaders } from '../http/forward-headers.ts';
import { withTextMember } from '../http/json-members.ts';
import { openUpload } from '../http/read-body.ts';
import { withModelInPath } from '../model-in-path.ts';
import { providerHeaders } from '../providers/live-provider.ts';
import type { LiveService, LiveTrack } from '../routes/snapshot.ts';
import { type Translation, translateRequest, withoutOwnHeaders } from '../translation/translate-request.ts';
import type { Failure } from './failure.ts';
import type { Upstream } from './upstreams.ts';

/** What is sent to a track. */
export interface TrackRequest {
  readonly path: string;
  readonly headersFor: (upstream: Upstream) => string[];
  readonly body: Buffer | Readable | null;
  /** What its answer must be brought back from; null: it is the client's own request. */
  readonly translation: Translation | null;
}

/**
 * The request as a track of `via` is to get it: for a release that names no provider the client's own bytes, otherwise with the
 * provider's path, key and name of the model, and in its interface where that is wanted. A failure when the key cannot be had, or
 * the request not be translated. Of a body that is not kept, to be called once.
 */
export function requestFor(
  exchange: Exchange,
  via: LiveService,
  { provider }: LiveTrack,
  isMirrored: boolean,
): TrackRequest | Failure {
  const { req, service } = exchange;
  let { body, contentLength } = exchange;
  const key = provider?.key() ?? null;
  if (provider?.hasKey === true && key === null) return { kind: 'no-key', afterHead: false, detail: '' };
  const translation =
    provider?.use.translation === undefined ? null : translateRequest(exchange, via, provider);
  if (translation !== null && 'kind' in translation) return translation;
  const model = provider?.use.model ?? (via === service ? null : via.route.service);
  let { path } = exchange;
  if (translation !== null) {
    path = translation.path;
    body = translation.body;
  } else if (model !== null) {
    // What a provider calls it stands in the provider's table.
    if (via.route.protocol === 'open-inference' && provider === null) path = withModelInPath(path, model);
    else if (via.route.protocol === 'openai') {
      if (Buffer.isBuffer(body)) body = withTextMember(body, 'model', model);
      else if (body !== null) {
        const head = withTextMember(body.head, 'model', model);
        if (contentLength !== null)
          contentLength = String(Number(contentLength) + head.length - body.head.length);
        body = { head, rest: body.rest };
      }
    }
  }
  const headersFor = (upstream: Upstream): string[] => {
    const headers = requestHeaders({
      raw: req.rawHeaders,
      connection: req.headers.connection,
      spent: exchange.spent,
      host: upstream.host,
      clientAddress: req.socket.remoteAddress ?? 'unknown',
      invocation: exchange.id,
      contentLength: isMirrored ? null : contentLength,
      isMirrored,
      trace: exchange.trace,
    });
    if (provider === null) return headers;
    const own = translation === null ? headers : withoutOwnHeaders(headers, translation.from);
    return providerHeaders(own, provider, key);
  };
  return {
    path: provider === null ? path : provider.table.path(path, provider.use),
    headersFor,
    body: body === null || Buffer.isBuffer(body) ? body : openUpload(body, body.head),
    translation,
  };
}
