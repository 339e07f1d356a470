import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';

export type RequestBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  /** Longer than the bound: it passes through, beginning with what was read so far. */
  | { readonly kind: 'stream'; readonly stream: Readable; readonly contentLength: string | null };

/**
 * Reads a request body up to a bound and calls back once, at once where there is none. Never calls back when the client
 * leaves before that.
 */
export function readBody(
  req: IncomingMessage,
  bytesAtMost: number,
  onBody: (body: RequestBody) => void,
): void {
  const declared = req.headers['content-length'];
  if ((declared === undefined || declared === '0') && req.headers['transfer-encoding'] === undefined) {
    onBody({ kind: 'none' });
    return;
  }
  if (declared !== undefined && Number(declared) > bytesAtMost) {
    onBody({ kind: 'stream', stream: req.pipe(new PassThrough()), contentLength: declared });
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  const onData = (chunk: Buffer): void => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes <= bytesAtMost) return;
    req.pause();
    req.off('data', onData);
    req.off('end', onEnd);
    const stream = new PassThrough();
    for (const one of chunks) stream.write(one);
    req.pipe(stream);
    onBody({ kind: 'stream', stream, contentLength: declared ?? null });
  };
  const onEnd = (): void => {
    const [first] = chunks;
    onBody({ kind: 'whole', bytes: chunks.length === 1 ? first! : Buffer.concat(chunks) });
  };
  req.on('data', onData);
  req.on('end', onEnd);
}
