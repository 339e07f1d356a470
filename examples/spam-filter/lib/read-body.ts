import type { IncomingMessage } from 'node:http';

/** The whole body, or that it is larger than allowed. */
export type BodyReading = { type: 'complete'; bytes: Buffer } | { type: 'too-large' };

/** Reads a request's body into memory, up to `maxBytes`. Rejects if the client goes away before it is complete. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<BodyReading> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let usedBytes = 0;
    request.on('data', (chunk: Buffer) => {
      usedBytes += chunk.length;
      if (usedBytes <= maxBytes) return void chunks.push(chunk);
      // The rest is read and dropped: a client that is still sending would not see the answer.
      chunks.length = 0;
      resolve({ type: 'too-large' });
    });
    request.on('end', () => resolve({ type: 'complete', bytes: Buffer.concat(chunks) }));
    request.on('error', reject);
  });
}
