import type { IncomingHttpHeaders } from 'node:http';
import type { CapturePolicy } from '../../core/capture/capture-policy.ts';
import type { Ending, Exchange } from '../exchange.ts';
import type { RawCapture, RawMessage } from './make-capture.ts';
import type { WireBody } from './view-body.ts';

export interface RawCaptureSpec {
  readonly environment: string;
  readonly ending: Ending;
  readonly why: RawCapture['why'];
  readonly policy: CapturePolicy;
}

/** What the thread needs to know of an exchange that is over, with its bodies copied into memory that can be handed over. */
export function rawCapture(
  exchange: Exchange,
  { environment, ending, why, policy }: RawCaptureSpec,
): { readonly raw: RawCapture; readonly transfer: ArrayBuffer[] } {
  const { req, service, answering } = exchange;
  const transfer: ArrayBuffer[] = [];
  const handedOver = (pieces: readonly Uint8Array[], bytes: number): Uint8Array => {
    const memory = new ArrayBuffer(bytes);
    const whole = new Uint8Array(memory);
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    transfer.push(memory);
    return whole;
  };
  const request = (): RawMessage => {
    const headers = chosen(req.headers, policy);
    const { body } = exchange;
    if (body === null) return { headers, body: null, leftOut: null };
    if (!Buffer.isBuffer(body))
      return { headers, body: null, leftOut: { why: 'passed-through', bytes: null } };
    const encoding = String(req.headers['content-encoding'] ?? '').toLowerCase();
    const how = { contentType: req.headers['content-type'] ?? '', encoding, isWhole: true };
    if (body.length > policy.bodyBytesAtMost)
      return { headers, body: null, leftOut: { why: 'too-large', bytes: body.length } };
    return { headers, body: { bytes: handedOver([body], body.length), ...how }, leftOut: null };
  };
  const response = (): RawMessage => {
    const { capture } = exchange;
    if (capture === null) return { headers: {}, body: null, leftOut: { why: 'not-held', bytes: null } };
    // Nothing came by: an answer that was another request's first, or the gateway's own.
    if (capture.status === 0) {
      const isShared = exchange.isSpared || exchange.sparedBy !== null;
      return { headers: {}, body: null, leftOut: isShared ? { why: 'from-cache', bytes: null } : null };
    }
    const kept = capture.chunks.reduce((sum, { length }) => sum + length, 0);
    const body: WireBody = {
      bytes: handedOver(capture.chunks, kept),
      contentType: capture.contentType,
      encoding: capture.encoding,
      isWhole: !capture.isTooLarge && (ending === 'complete' || ending === 'failed'),
    };
    const headers = chosen(capture.headers ?? {}, policy);
    return { headers, body, leftOut: null };
  };
  return {
    raw: {
      policy,
      invocation: exchange.id,
      atMs: exchange.atMs,
      environment,
      service: service.route.service,
      release: exchange.capture?.status === 0 && !exchange.isSpared ? null : (answering?.label ?? null),
      keyId: exchange.keyId,
      why,
      ending,
      method: req.method!,
      target: exchange.path,
      request: request(),
      status: exchange.status,
      response: response(),
    },
    transfer,
  };
}

/** Content types, and the headers that the service names. */
function chosen(headers: IncomingHttpHeaders, policy: CapturePolicy): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of ['content-type', ...policy.headers]) {
    const value = headers[name];
    if (value !== undefined) kept[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return kept;
}
