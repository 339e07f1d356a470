import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import { canHold, letGo } from './held-bytes.ts';
import { type Ask, unreadOf } from './message.ts';

export type RequestBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  /** Longer than the bound: it passes through. */
  | { readonly kind: 'stream'; readonly upload: Upload; readonly contentLength: string | null };

/** A body too long to be kept: what was read of it, and the request the rest comes from. */
export interface Upload {
  readonly head: Buffer;
  readonly rest: IncomingMessage;
}

const NOTHING = Buffer.alloc(0);

/**
 * Reads a request body up to a bound and calls back once, at once where there is none. Never calls back when the client
 * leaves before that. `needsHead`: of a longer body, its first `bytesAtMost` bytes or more are wanted all the same.
 */
export function readBody(
  ask: Ask,
  bytesAtMost: number,
  needsHead: boolean,
  onBody: (body: RequestBody) => void,
): void {
  const { whole } = ask;
  if (whole !== undefined) {
    onBody(whole === null ? { kind: 'none' } : { kind: 'whole', bytes: whole });
    return;
  }
  const req = unreadOf(ask)!;
  const declared = req.headers['content-length'];
  if ((declared === undefined || declared === '0') && req.headers['transfer-encoding'] === undefined) {
    onBody({ kind: 'none' });
    return;
  }
  if (!needsHead && declared !== undefined && Number(declared) > bytesAtMost) {
    onBody({ kind: 'stream', upload: { head: NOTHING, rest: req }, contentLength: declared });
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  const onData = (chunk: Buffer): void => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (canHold(chunk.length) && bytes <= bytesAtMost) return;
    req.pause();
    req.off('data', onData);
    req.off('end', onEnd);
    stopHolding();
    const head = Buffer.concat(chunks);
    onBody({ kind: 'stream', upload: { head, rest: req }, contentLength: declared ?? null });
  };
  const stopHolding = (): void => {
    letGo(bytes);
    req.off('close', stopHolding);
  };
  const onEnd = (): void => {
    stopHolding();
    const [first] = chunks;
    onBody({ kind: 'whole', bytes: chunks.length === 1 ? first! : Buffer.concat(chunks) });
  };
  req.on('data', onData);
  req.on('end', onEnd);
  req.on('close', stopHolding);
}

/** The body as one stream, beginning with `head`. To be called once. */
export function openUpload({ rest }: Upload, head: Buffer): Readable {
  const stream = new PassThrough();
  if (head.length > 0) stream.write(head);
  return rest.pipe(stream);
}
