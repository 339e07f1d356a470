import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';

/** An answer kept aside for a comparison or a check, up to a bound. */
export interface CapturedAnswer {
  status: number;
  encoding: string;
  contentType: string;
  chunks: Buffer[];
  bytes: number;
  isTooLarge: boolean;
  /** Of an answer that is too large, what fits is wanted all the same. */
  keepsBeginning: boolean;
  headers: IncomingHttpHeaders | null;
}

export const CAPTURED_BYTES_AT_MOST = 256 * 1024;

const decoders: Readonly<
  Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>
> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

export const emptyCapture = (): CapturedAnswer => ({
  status: 0,
  encoding: '',
  contentType: '',
  chunks: [],
  bytes: 0,
  isTooLarge: false,
  keepsBeginning: false,
  headers: null,
});

export function captureHead(capture: CapturedAnswer, status: number, headers: IncomingHttpHeaders): void {
  capture.status = status;
  capture.encoding = String(headers['content-encoding'] ?? '').toLowerCase();
  capture.contentType = headers['content-type'] ?? '';
  capture.headers = headers;
}

export function captureChunk(capture: CapturedAnswer, chunk: Buffer): void {
  if (capture.isTooLarge) return;
  capture.bytes += chunk.length;
  if (capture.bytes > CAPTURED_BYTES_AT_MOST) {
    capture.isTooLarge = true;
    if (!capture.keepsBeginning) capture.chunks = [];
  } else capture.chunks.push(chunk);
}

/** The decoded body; null when it was too large or cannot be decoded. */
export async function capturedBody({ encoding, chunks, isTooLarge }: CapturedAnswer): Promise<Buffer | null> {
  if (isTooLarge) return null;
  const bytes = Buffer.concat(chunks);
  if (encoding === '' || encoding === 'identity' || bytes.length === 0) return bytes;
  const decode = decoders[encoding];
  if (decode === undefined) return null;
  try {
    return await decode(bytes, { maxOutputLength: 16 * CAPTURED_BYTES_AT_MOST });
  } catch {
    return null;
  }
}
