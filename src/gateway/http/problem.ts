import type { ServerResponse } from 'node:http';
import { catalogue, type ErrorCode } from '../../errors.ts';

/** The interfaces whose clients look for a member `error`. */
const MODEL_PATH = /^\/(services\/[^/]+\/)?(openai\/)?v1\//;

/**
 * Answers with an RFC 9457 problem from the catalogue; to clients of OpenAI and Anthropic it also says what they read.
 * Does nothing once an answer has begun.
 */
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
    ...(MODEL_PATH.test(res.req.url ?? '') && {
      error: { type: code, code, message: detail, param: null },
    }),
  });
  res.writeHead(entry.status, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    ...(entry.status === 503 ? { 'retry-after': '1' } : {}),
    ...headers,
  });
  res.end(body);
}
