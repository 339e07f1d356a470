import type { IncomingHttpHeaders } from 'node:http';
import type { Agent, Dispatcher } from 'undici';
import type { TargetSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import type { EventStream } from './event-stream.ts';
import { eventStream } from './event-stream.ts';
import type { FilledCall } from './filled-call.ts';
import type { ReadResponse } from './read-response.ts';
import { readResponse, readValue } from './read-response.ts';
import { retryAfterMs } from './retry-after.ts';
import type { TargetAnswer, TargetFailure } from './target-answer.ts';

const LARGEST_ANSWER_BYTES = 8 * 1024 * 1024;

/** What became of one request. */
export type Attempt =
  | Extract<TargetAnswer, { kind: 'answer' }>
  | (TargetFailure & { readonly isWorthRepeating: boolean })
  | {
      readonly kind: 'busy';
      readonly status: number;
      readonly retryAfterMs: number | null;
      readonly latencyMs: number;
    };

/**
 * An attempt under way, in a list that knows its place. A `Set` that is filled and emptied for every call would make its table anew every few dozen
 * calls, and each table that is thrown away points to the next: once the first has grown old, V8's young collections take all after it for needed,
 * with the calls that were under way then.
 */
export interface RunningAttempt {
  /** Breaks it off; what becomes of it then is a failure. */
  readonly cut: () => void;
  /** Among those that run. */
  place: number;
}

/**
 * Sends one request. Time-out and latency run from `startedMs` (by `performance.now()`). The attempt is in `running` while it is under way. `headers`: names
 * and values in turn. Resolves always: what goes wrong is a kind of attempt.
 */
export const attemptCall = (
  agent: Agent,
  target: TargetSpec,
  headers: string[],
  { origin, path, body }: FilledCall,
  startedMs: number,
  running: RunningAttempt[],
): Promise<Attempt> =>
  new Promise((resolve) => {
    const call = new Call(target, startedMs, running, resolve);
    agent.dispatch({ origin, path, method: target.method, body, headers }, call);
  });

/** Hears what undici makes of one request. A class because one is made for every call: its methods are made once. */
class Call implements Dispatcher.DispatchHandler, RunningAttempt {
  readonly #target: TargetSpec;
  readonly #startedMs: number;
  readonly #running: RunningAttempt[];
  place: number;
  readonly #resolve: (attempt: Attempt) => void;
  readonly #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | null = null;
  #isCut = false;
  #isOver = false;
  /** 0 until the answer begins. */
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #events: EventStream | null = null;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #firstTokenMs: number | null = null;

  constructor(
    target: TargetSpec,
    startedMs: number,
    running: RunningAttempt[],
    resolve: (attempt: Attempt) => void,
  ) {
    this.#target = target;
    this.#startedMs = startedMs;
    this.#running = running;
    this.#resolve = resolve;
    this.#timer = setTimeout(cutIt, startedMs + target.timeoutMs - performance.now(), this);
    this.place = running.push(this) - 1;
  }

  cut(): void {
    this.#isCut = true;
    if (this.#controller !== null) this.#controller.abort(CUT);
    // One that still waits for its connection is over now; should it get one yet, it is broken off then.
    else this.#end(this.#timedOut());
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isCut) controller.abort(CUT);
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    const isEvents = isGood(status) && /^text\/event-stream\b/i.test(String(headers['content-type']));
    if (isEvents) this.#events = eventStream(this.#target);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > LARGEST_ANSWER_BYTES) {
      const most = `${LARGEST_ANSWER_BYTES / 2 ** 20} MiB`;
      this.#end(this.#failure('too-large', `the answer is larger than ${most}`));
      controller.abort(CUT);
    } else if (this.#events === null) this.#chunks.push(chunk);
    else if (this.#events.push(chunk)) this.#firstTokenMs ??= performance.now() - this.#startedMs;
  }

  onResponseEnd(): void {
    if (!this.#isOver) this.#end(this.#read(performance.now() - this.#startedMs));
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#isOver) return;
    const { code, message } = error as { code?: string; message?: string };
    this.#end(
      this.#isCut
        ? this.#timedOut()
        : this.#failure(
            'connection',
            connectionText(code, this.#status > 0) ?? message ?? String(error),
            this.#status === 0 && code !== 'UND_ERR_INVALID_ARG',
          ),
    );
  }

  #read(latencyMs: number): Attempt {
    const status = this.#status;
    if (status === 429 || status === 503) {
      const header = this.#headers['retry-after'];
      return { kind: 'busy', status, retryAfterMs: retryAfterMs(header, Date.now()), latencyMs };
    }
    const chunks = this.#chunks;
    const text = (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString('utf8');
    if (!isGood(status)) return this.#failure('status', `HTTP ${status}${excerpt(text)}`);
    const contentType = String(this.#headers['content-type'] ?? 'no content type');
    const target = this.#target;
    const read =
      this.#events === null
        ? readResponse(text, contentType, target)
        : readEvents(this.#events.finish(), target);
    if (!read.isRead) return this.#failure(read.reason, `HTTP ${status}, ${read.detail}${excerpt(text)}`);
    const { output, tokens } = read;
    return { kind: 'answer', output, latencyMs, firstTokenMs: this.#firstTokenMs, tokens, isCached: false };
  }

  #timedOut(): Attempt {
    return this.#failure('timeout', `no complete answer within ${this.#target.timeoutMs} ms`);
  }

  #failure(reason: TargetFailure['reason'], detail: string, isWorthRepeating = false): Attempt {
    const latencyMs = performance.now() - this.#startedMs;
    return { kind: 'error', reason, detail, latencyMs, isWorthRepeating };
  }

  /** The last one takes its place. */
  #leave(): void {
    const last = this.#running.pop()!;
    if (last === this) return;
    this.#running[this.place] = last;
    last.place = this.place;
  }

  #end(attempt: Attempt): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#leave();
    this.#resolve(attempt);
  }
}

/** What undici calls a connection that went away, in words; the code itself for anything else. */
const connectionText = (code: string | undefined, hasBegun: boolean): string | undefined =>
  code === 'UND_ERR_SOCKET' || (hasBegun && code === 'ECONNRESET')
    ? `the connection closed before the answer ${hasBegun ? 'was complete' : 'began'}`
    : code;

const CUT = new Error('broken off');
const cutIt = (call: Call): void => call.cut();

const isGood = (status: number): boolean => status >= 200 && status <= 299;

const readEvents = (value: unknown, target: TargetSpec): ReadResponse => {
  if (value === null) return { isRead: false, reason: 'no-output', detail: 'a stream without an event' };
  return typeof value === 'string' ? { isRead: true, output: value, tokens: null } : readValue(value, target);
};

/** The beginning of what came instead of an answer, on one line. */
const excerpt = (text: string): string => {
  const line = text.replace(/[\s\p{C}]+/gu, ' ').trim();
  return line === '' ? '' : `: ${line.length > 160 ? `${line.slice(0, 157)}...` : line}`;
};
