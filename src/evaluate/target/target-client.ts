import { setTimeout as sleep } from 'node:timers/promises';
import type { buildConnector, Dispatcher } from 'undici';
import { Agent } from 'undici';
import type { TargetSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import { eventStream } from './event-stream.ts';
import type { FilledCall } from './filled-call.ts';
import { filledCall } from './filled-call.ts';
import type { ReadResponse } from './read-response.ts';
import { readResponse, readValue } from './read-response.ts';
import { retryAfterMs } from './retry-after.ts';
import type { TargetAnswer, TargetFailure } from './target-answer.ts';

const LARGEST_ANSWER_BYTES = 8 * 1024 * 1024;
/** Attempts at a case while the target says that it is too busy, and while it cannot be reached. */
const MOST_BUSY_ATTEMPTS = 6;
const MOST_CONNECTION_ATTEMPTS = 3;
/** A target that wants longer is not waited for. */
const LONGEST_WAIT_MS = 120_000;

export interface TargetClient {
  /** Rejects only when `signal` is aborted: everything that a target can do wrong is an answer of kind `error`. */
  readonly ask: (one: EvaluationCase, signal: AbortSignal) => Promise<TargetAnswer>;
  /** Attempts so far. */
  readonly calls: () => number;
  /** Waiting for a target that said it is too busy, until then (by `performance.now()`); null when it is not. */
  readonly pausedUntilMs: () => number | null;
  readonly close: () => Promise<void>;
}

export interface TargetClientOptions {
  /** With every reference to the environment filled in. */
  readonly target: TargetSpec;
  readonly concurrency: number;
  /** Texts that no message may show. */
  readonly secrets: readonly string[];
  /** Uniform on [0, 1): spreads second attempts. */
  readonly random: () => number;
  /** Of the replicas of a release: asked in turn, each standing for the origin of the target's address. Left out: that origin itself. */
  readonly addresses?: readonly string[];
  /** Opens the connections, where certificates are no ordinary ones. */
  readonly connect?: buildConnector.connector;
  /** Attempts at a case, in all, while the target is too busy and while it cannot be reached. Default: 6 and 3. */
  readonly attempts?: {
    readonly busy: number;
    readonly connection: number;
    /** All attempts at a case share one time-out and one latency, and follow each other at once. */
    readonly isTimedAsOne?: boolean;
  };
}

/**
 * Asks an endpoint over connections that are kept. The time-out and the latency are of each attempt, unless `attempts` says otherwise. 429 and 503 are asked again after as long as
 * `retry-after` says (else 1 s, 2 s, 4 s and so on), and everybody else waits as long; a connection that fails before the answer begins is
 * tried again after 0.2 s and 0.4 s. Nothing else is asked twice. Redirects are not followed.
 */
export const targetClient = (options: TargetClientOptions): TargetClient => {
  const { target, concurrency, secrets, random } = options;
  const {
    busy: mostBusy,
    connection: mostBroken,
    isTimedAsOne = false,
  } = options.attempts ?? {
    busy: MOST_BUSY_ATTEMPTS,
    connection: MOST_CONNECTION_ATTEMPTS,
  };
  const places = options.addresses?.map(placeOf) ?? [];
  const agent = new Agent({
    connections: concurrency,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: options.connect ?? { timeout: target.timeoutMs },
  });
  let turn = 0;
  const nextPlace = (call: FilledCall): FilledCall => {
    const place = places[turn % places.length];
    turn += 1;
    return place === undefined ? call : { ...call, origin: place.origin, path: place.prefix + call.path };
  };
  let calls = 0;
  let pausedUntilMs = 0;

  const ask = async (one: EvaluationCase, signal: AbortSignal): Promise<TargetAnswer> => {
    const request = filledCall(target, one);
    if ('kind' in request) return request;
    let busy = 0;
    let broken = 0;
    let firstMs: number | null = null;
    for (;;) {
      await untilMs(pausedUntilMs, signal);
      calls += 1;
      const nowMs = performance.now();
      firstMs ??= nowMs;
      const startedMs = isTimedAsOne ? firstMs : nowMs;
      const outcome = await attempt(agent, target, nextPlace(request), startedMs, signal);
      signal.throwIfAborted();
      if (outcome.kind === 'busy') {
        busy += 1;
        const waitMs = outcome.retryAfterMs ?? 1_000 * 2 ** (busy - 1) * (0.75 + random() / 2);
        if (busy >= mostBusy || waitMs > LONGEST_WAIT_MS) {
          const wanted = waitMs > LONGEST_WAIT_MS ? `, retry-after ${Math.round(waitMs / 1000)} s` : '';
          const attempts = `${busy} ${busy === 1 ? 'attempt' : 'attempts'}`;
          const detail = `HTTP ${outcome.status} at ${attempts}${wanted}`;
          return { kind: 'error', reason: 'rate-limited', detail, latencyMs: outcome.latencyMs };
        }
        pausedUntilMs = Math.max(pausedUntilMs, performance.now() + waitMs);
      } else if (outcome.kind === 'error') {
        const detail = secrets.reduce((text, secret) => text.replaceAll(secret, '***'), outcome.detail);
        if (!outcome.isWorthRepeating || (broken += 1) >= mostBroken)
          return { kind: 'error', reason: outcome.reason, detail, latencyMs: outcome.latencyMs };
        if (!isTimedAsOne) await sleep(200 * 2 ** (broken - 1), undefined, { signal });
      } else return outcome;
    }
  };
  return {
    ask,
    calls: () => calls,
    pausedUntilMs: () => (pausedUntilMs > performance.now() ? pausedUntilMs : null),
    close: () => agent.destroy(),
  };
};

const untilMs = async (atMs: number, signal: AbortSignal): Promise<void> => {
  signal.throwIfAborted();
  const leftMs = atMs - performance.now();
  if (leftMs > 0) await sleep(leftMs, undefined, { signal });
};

const placeOf = (address: string): { readonly origin: string; readonly prefix: string } => {
  const { origin, pathname } = new URL(address);
  return { origin, prefix: pathname.replace(/\/+$/, '') };
};

type Attempt =
  | Extract<TargetAnswer, { kind: 'answer' }>
  | (TargetFailure & { readonly isWorthRepeating: boolean })
  | {
      readonly kind: 'busy';
      readonly status: number;
      readonly retryAfterMs: number | null;
      readonly latencyMs: number;
    };

const attempt = async (
  agent: Agent,
  target: TargetSpec,
  { origin, path, body }: FilledCall,
  /** Time-out and latency run from here (by `performance.now()`). */
  startedMs: number,
  signal: AbortSignal,
): Promise<Attempt> => {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), startedMs + target.timeoutMs - performance.now());
  const stop = (): void => deadline.abort();
  signal.addEventListener('abort', stop, { once: true });
  let hasBegun = false;
  const failure = (reason: TargetFailure['reason'], detail: string, isWorthRepeating = false): Attempt => ({
    kind: 'error',
    reason,
    detail,
    latencyMs: performance.now() - startedMs,
    isWorthRepeating,
  });
  try {
    const response: Dispatcher.ResponseData = await agent.request({
      origin,
      path,
      method: target.method,
      body,
      headers: {
        accept: target.isStream ? 'text/event-stream, application/json' : 'application/json',
        ...(body === null ? {} : { 'content-type': 'application/json' }),
        ...target.headers,
      },
      signal: deadline.signal,
    });
    hasBegun = true;
    const { statusCode: status, headers } = response;
    const contentType = String(headers['content-type'] ?? 'no content type');
    const isGood = status >= 200 && status <= 299;
    const isEvents = isGood && /^text\/event-stream\b/i.test(contentType);
    const events = isEvents ? eventStream(target) : null;
    const chunks: Buffer[] = [];
    let bytes = 0;
    let firstTokenMs: number | null = null;
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > LARGEST_ANSWER_BYTES) {
        deadline.abort();
        return failure('too-large', `the answer is larger than ${LARGEST_ANSWER_BYTES / 2 ** 20} MiB`);
      }
      if (events === null) chunks.push(chunk);
      else if (events.push(chunk) && firstTokenMs === null) firstTokenMs = performance.now() - startedMs;
    }
    const latencyMs = performance.now() - startedMs;
    if (status === 429 || status === 503) {
      const header = headers['retry-after'];
      return {
        kind: 'busy',
        status,
        retryAfterMs: retryAfterMs(Array.isArray(header) ? header[0] : header, Date.now()),
        latencyMs,
      };
    }
    const text = Buffer.concat(chunks).toString('utf8');
    if (!isGood) return failure('status', `HTTP ${status}${excerpt(text)}`);
    const read: ReadResponse =
      events === null ? readResponse(text, contentType, target) : readEvents(events.finish(), target);
    if (!read.isRead) return failure(read.reason, `HTTP ${status}, ${read.detail}${excerpt(text)}`);
    const { output, tokens } = read;
    return { kind: 'answer', output, latencyMs, firstTokenMs, tokens, isCached: false };
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string };
    if (deadline.signal.aborted)
      return failure('timeout', `no complete answer within ${target.timeoutMs} ms`);
    return failure(
      'connection',
      code ?? message ?? String(error),
      !hasBegun && code !== 'UND_ERR_INVALID_ARG',
    );
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
};

const readEvents = (value: unknown, target: TargetSpec): ReadResponse => {
  if (value === null) return { isRead: false, reason: 'no-output', detail: 'a stream without an event' };
  return typeof value === 'string' ? { isRead: true, output: value, tokens: null } : readValue(value, target);
};

/** The beginning of what came instead of an answer, on one line. */
const excerpt = (text: string): string => {
  const line = text.replace(/[\s\p{C}]+/gu, ' ').trim();
  return line === '' ? '' : `: ${line.length > 160 ? `${line.slice(0, 157)}...` : line}`;
};
