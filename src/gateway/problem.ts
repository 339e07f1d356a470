import type { ServerResponse } from 'node:http';
import { catalogue, type ErrorCode } from '../errors.ts';

/** Answers with an RFC 9457 problem from the catalogue. Does nothing once an answer has begun. */
export function sendProblem(
  res: ServerResponse,
  code: ErrorCode,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (res.headersSent || res.destroyed) return;
  const entry = catalogue[code];
  const body = JSON.stringify({
    type: `urn:tidegate:problem:${code}`,
    title: entry.title,
    status: entry.status,
    detail,
    code,
    todo: entry.todo,
  });
  res.writeHead(entry.status, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    ...(entry.status === 503 ? { 'retry-after': '1' } : {}),
    ...headers,
  });
  res.end(body);
}
