import { catalogue, type ErrorCode } from '../../errors.ts';
import type { Reply } from './message.ts';
import { refusalFor } from './refusal-shape.ts';

/**
 * Answers with an RFC 9457 problem from the catalogue, in the shape that the clients of this path read.
 * Does nothing once an answer has begun.
 */
export function sendProblem(
  res: Reply,
  code: ErrorCode,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (res.headersSent || res.destroyed) return;
  const entry = catalogue[code];
  const { contentType, body } = refusalFor(res.req.url ?? '', code, detail);
  res.writeHead(entry.status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    ...(entry.status === 503 ? { 'retry-after': '1' } : {}),
    ...headers,
  });
  res.end(body);
}
