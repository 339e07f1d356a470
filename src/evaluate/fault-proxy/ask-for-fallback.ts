import { Agent } from 'undici';
import type { TargetSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import { eventStream } from '../target/event-stream.ts';
import { filledCall } from '../target/filled-call.ts';
import { readResponse, readValue } from '../target/read-response.ts';

/** What the service under evaluation answered, whatever its status. */
export type FallbackAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** What is scored of it where that can be read; else its JSON, or its text. */
      readonly output: unknown;
      /** All of it, for texts that it must hold. */
      readonly text: string;
      readonly latencyMs: number;
    }
  | { readonly kind: 'none'; readonly why: string; readonly latencyMs: number };

const LARGEST_BYTES = 8 * 1024 * 1024;

/** Asks once, over a connection of its own, and waits no longer than `withinMs`. Rejects only when `signal` is aborted. */
export const askForFallback = async (
  target: TargetSpec,
  one: EvaluationCase,
  withinMs: number,
  signal: AbortSignal,
): Promise<FallbackAnswer> => {
  const call = filledCall(target, one);
  if ('kind' in call) return { kind: 'none', why: call.detail, latencyMs: 0 };
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  const deadline = AbortSignal.timeout(withinMs);
  const startedMs = performance.now();
  const passedMs = (): number => performance.now() - startedMs;
  try {
    const { statusCode, headers, body } = await agent.request({
      origin: call.origin,
      path: call.path,
      method: target.method,
      body: call.body,
      headers: {
        accept: target.isStream ? 'text/event-stream, application/json' : 'application/json',
        ...(call.body === null ? {} : { 'content-type': 'application/json' }),
        ...target.headers,
      },
      signal: AbortSignal.any([signal, deadline]),
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > LARGEST_BYTES)
        return { kind: 'none', why: 'the answer is too large', latencyMs: passedMs() };
      chunks.push(chunk);
    }
    const latencyMs = passedMs();
    const whole = Buffer.concat(chunks);
    const contentType = String(headers['content-type'] ?? 'no content type');
    const output = outputOf(whole, contentType, target);
    return { kind: 'answer', status: statusCode, output, text: textIn(whole, output), latencyMs };
  } catch (error) {
    signal.throwIfAborted();
    const { code, message } = error as { code?: string; message?: string };
    const why = deadline.aborted
      ? `no complete answer within ${withinMs} ms`
      : (code ?? message ?? String(error));
    return { kind: 'none', why, latencyMs: passedMs() };
  } finally {
    await agent.destroy();
  }
};

const outputOf = (whole: Buffer, contentType: string, target: TargetSpec): unknown => {
  if (/^text\/event-stream\b/i.test(contentType)) {
    const events = eventStream(target);
    events.push(whole);
    const value = events.finish();
    if (value === null || typeof value === 'string') return value ?? '';
    const read = readValue(value, target);
    return read.isRead ? read.output : value;
  }
  const text = whole.toString('utf8');
  const read = readResponse(text, contentType, target);
  if (read.isRead) return read.output;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

/** A text that comes in pieces stands in no piece, so it is looked for in what they add up to as well. */
const textIn = (whole: Buffer, output: unknown): string =>
  `${typeof output === 'string' ? output : JSON.stringify(output)}\n${whole.toString('utf8')}`;
