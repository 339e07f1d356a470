import { request } from 'undici';
import { type MetricTrouble, trouble } from '../../core/metrics/metric-answer.ts';

export interface Reply {
  readonly kind: 'reply';
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

export const mostBytes = 1024 * 1024;

/**
 * Sends a form and reads at most 1 MiB of the answer. Follows no redirect: the address of the configuration leads where it says and
 * nowhere else, and the token with it. Never rejects.
 */
export const postForm = async (asked: {
  readonly url: string;
  readonly form: URLSearchParams;
  readonly bearer: string | null;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}): Promise<Reply | MetricTrouble> => {
  const late = AbortSignal.timeout(asked.timeoutMs);
  const signal = AbortSignal.any([late, asked.signal]);
  try {
    const answer = await request(asked.url, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        ...(asked.bearer === null ? {} : { authorization: `Bearer ${asked.bearer}` }),
      },
      body: asked.form.toString(),
      signal,
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      // Leaving the loop destroys the body and its connection.
      if (bytes > mostBytes) return trouble('too-large', `over ${mostBytes} bytes`);
      chunks.push(chunk);
    }
    return {
      kind: 'reply',
      status: answer.statusCode,
      contentType: String(answer.headers['content-type'] ?? 'nothing with a type'),
      text: Buffer.concat(chunks).toString('utf8'),
    };
  } catch (error) {
    if (late.aborted) return trouble('timeout', `no answer within ${asked.timeoutMs} ms`);
    if (asked.signal.aborted) return trouble('timeout');
    return trouble('unreachable', reasonOf(error));
  }
};

/** Which socket and what the system said of it; headers are in none of these errors. */
const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message || error.name : String(error);
};
