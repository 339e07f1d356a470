import type { buildConnector, Dispatcher } from 'undici';
import { Agent } from 'undici';
import type { EvaluationSpec } from '../core/release/manifest.ts';
import type { AnswerSource, CaseAnswer, CaseErrorReason } from './answer-source.ts';
import { labelOf } from './golden-case.ts';
import { atPointer } from './json-pointer.ts';
import type { FilledRequest } from './request-template.ts';
import { fillRequest } from './request-template.ts';

const LARGEST_ANSWER_BYTES = 8 * 1024 * 1024;

export interface HttpAnswers {
  readonly answer: AnswerSource;
  /** How many calls needed a second attempt so far. */
  readonly retries: () => number;
  /** Ends its connections at once. */
  readonly close: () => Promise<void>;
}

/**
 * Asks a release over HTTP, its addresses in turn, on connections that are kept. The time-out is for the case as a
 * whole and the latency runs from the first attempt to the last byte of the answer. A connection that fails before the answer
 * begins is tried once more (an idle one may have been closed by the other side), on the next address; nothing else is.
 *
 * `addresses` are origins such as `http://127.0.0.1:4101`; a path is put before the request's own.
 */
export const httpAnswers = (
  addresses: readonly string[],
  spec: Pick<EvaluationSpec, 'request' | 'answer' | 'timeoutMs' | 'concurrency'>,
  connect?: buildConnector.connector,
): HttpAnswers => {
  if (addresses.length === 0) throw new RangeError('a release without an address cannot be evaluated');
  const targets = addresses.map((address) => {
    const url = new URL(address);
    return { origin: url.origin, prefix: url.pathname.replace(/\/+$/, '') };
  });
  // Time-outs are ours alone: 0 switches undici's own off, which are coarse and per phase.
  const agent = new Agent({
    connections: spec.concurrency,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: connect ?? { timeout: spec.timeoutMs },
  });
  let turn = 0;
  let retries = 0;
  const attempt = (request: FilledRequest, signal: AbortSignal): Promise<Attempt> => {
    const target = targets[turn % targets.length]!;
    turn += 1;
    return call(agent, target.origin, { ...request, path: target.prefix + request.path }, signal);
  };

  const answer: AnswerSource = async (golden, signal) => {
    signal.throwIfAborted();
    const request = fillRequest(spec.request, golden.input);
    const startedMs = performance.now();
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), spec.timeoutMs);
    const stop = (): void => deadline.abort();
    signal.addEventListener('abort', stop, { once: true });
    try {
      let outcome = await attempt(request, deadline.signal);
      if (outcome.kind === 'failed' && !outcome.hasBegun && !deadline.signal.aborted) {
        retries += 1;
        outcome = await attempt(request, deadline.signal);
      }
      signal.throwIfAborted();
      const latencyMs = performance.now() - startedMs;
      if (deadline.signal.aborted && outcome.kind === 'failed') {
        return failure('timeout', `no complete answer within ${spec.timeoutMs} ms`, latencyMs);
      }
      if (outcome.kind === 'failed') return failure(outcome.reason, outcome.detail, latencyMs);
      return readAnswer(outcome, spec.answer, latencyMs);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  };
  return { answer, retries: () => retries, close: () => agent.destroy() };
};

type Attempt =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly contentType: string;
      readonly text: string;
    }
  | {
      readonly kind: 'failed';
      readonly reason: CaseErrorReason;
      readonly detail: string;
      /** The status line was there before it failed. */
      readonly hasBegun: boolean;
    };

const call = async (
  agent: Agent,
  origin: string,
  { method, path, body }: FilledRequest,
  signal: AbortSignal,
): Promise<Attempt> => {
  let hasBegun = false;
  try {
    const response: Dispatcher.ResponseData = await agent.request({
      origin,
      method,
      path,
      body,
      headers: {
        accept: 'application/json',
        ...(body === null ? {} : { 'content-type': 'application/json' }),
      },
      signal,
    });
    hasBegun = true;
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > LARGEST_ANSWER_BYTES) {
        return {
          kind: 'failed',
          reason: 'too-large',
          detail: `the answer is larger than ${LARGEST_ANSWER_BYTES / 2 ** 20} MiB`,
          hasBegun,
        };
      }
      chunks.push(chunk);
    }
    return {
      kind: 'response',
      status: response.statusCode,
      contentType: String(response.headers['content-type'] ?? 'no content type'),
      text: Buffer.concat(chunks).toString('utf8'),
    };
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string };
    // A request that cannot even be written says nothing about the release.
    if (code === 'UND_ERR_INVALID_ARG') throw error;
    return { kind: 'failed', reason: 'connection', detail: code ?? message ?? String(error), hasBegun };
  }
};

const readAnswer = (
  { status, contentType, text }: Extract<Attempt, { kind: 'response' }>,
  pointer: string,
  latencyMs: number,
): CaseAnswer => {
  if (status < 200 || status > 299) return failure('status', `HTTP ${status}`, latencyMs);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return failure('not-json', `HTTP ${status} with ${contentType}, which is not JSON`, latencyMs);
  }
  const label = labelOf(atPointer(value, pointer));
  if (label === null)
    return failure('no-label', `no label at ${pointer === '' ? 'the top' : pointer}`, latencyMs);
  return { kind: 'answer', label, latencyMs };
};

const failure = (reason: CaseErrorReason, detail: string, latencyMs: number): CaseAnswer => ({
  kind: 'error',
  reason,
  detail,
  latencyMs,
});
