import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { EjectionLimits, UpstreamCare, UpstreamTimeouts } from '../../core/routing/table.ts';
import { beginAttempt, noteFailure, noteNothing, noteSuccess } from './address-health.ts';
import { type Failure, failureOf } from './failure.ts';
import { pickAddress } from './pick-address.ts';
import { earnRetries, spendRetry } from './retry-budget.ts';
import type { RunningCalls } from './running-calls.ts';
import { noteAnswer, noteRefusal, type Upstream } from './upstreams.ts';

/** A request to one release, whichever of its addresses takes it. */
export interface CallRequest {
  readonly method: string;
  readonly path: string;
  /** Built for the address that was picked, since `host` depends on it. */
  readonly headersFor: (upstream: Upstream) => string[];
  readonly body: Buffer | Readable | null;
  readonly timeouts: UpstreamTimeouts;
  /** Monotonic end of the request's whole time budget. */
  readonly endsAtMs: number;
  readonly expectsStream: boolean;
  /** Sending it twice is harmless, so a connection that died idle in the pool may be replaced once. */
  readonly mayRepeat: boolean;
  /** What is done about addresses that fail; null does nothing. */
  readonly care: UpstreamCare | null;
  /** A request that failed before its first byte may go to another address, within the budget. Asked when it has failed. */
  readonly mayRetry: () => boolean;
  /** Somebody wants to know when the request got its connection. Default: nobody. */
  readonly isTimed?: boolean;
}

/** Hears what becomes of a call: `head`, then `data`, then `end` or `fail` exactly once; nothing after `abort`. */
export interface CallListener {
  head(status: number, headers: IncomingHttpHeaders): void;
  data(chunk: Buffer): void;
  end(): void;
  fail(failure: Failure): void;
  /** No connection could be made to this address; another may be tried after this. */
  refused?(upstream: Upstream): void;
  /** The first attempt failed, and another address is asked. What it failed by counts all the same. */
  retried?(): void;
}

export interface Call {
  /** Among the calls under way, which keep it; -1: it is not among them. */
  place: number;
  readonly startedAtMs: number;
  /** Monotonic; when the newest attempt got its connection. Absent or -1: it has none yet, or nobody wanted to know. */
  readonly sentAtMs?: number;
  abort(): void;
  pause(): void;
  resume(): void;
  /** Ends the call when one of its time-outs has struck. */
  check(nowMs: number): void;
}

const ABANDONED = new Error('abandoned by the gateway');
const monotonicMs = (): number => performance.now();

/** Somebody between us and the model, or its server, says that it cannot now; 500 says that it tried. 529 is Anthropic's. */
const mayBeBetterElsewhere = (status: number): boolean =>
  status === 502 || status === 503 || status === 504 || status === 529;
/** Of the address: 501 and 505 are about the request. */
const isBadAnswer = (status: number): boolean => status >= 500 && status !== 501 && status !== 505;
/** An answer that is not wanted is read to its end up to so much, which keeps the connection. */
const LEFTOVER_BYTES_AT_MOST = 64 * 1024;

/** Where a search begins: steps of the golden ratio fall evenly, and are not in step with anything. */
let turn = 0;
const nextTurn = (): number => {
  turn = (turn + 0.6180339887498949) % 1;
  return turn;
};

/** Sends a request to the least busy of some addresses and registers it in `running` until it is over. */
export function call(
  upstreams: readonly Upstream[],
  request: CallRequest,
  listener: CallListener,
  running: RunningCalls,
): Call {
  const made = new UpstreamCall(upstreams, request, listener, running);
  made.begin();
  return made;
}

/** A class because one is made for every request: its methods are made once. */
class UpstreamCall implements Call {
  place = -1;
  readonly startedAtMs = monotonicMs();
  readonly request: CallRequest;
  sentAtMs = -1;
  controller: Dispatcher.DispatchController | null = null;
  /** Hears of the newest attempt. */
  attempt: Attempt | null = null;
  leftover: Dispatcher.DispatchController | null = null;
  activeAtMs = this.startedAtMs;
  isOver = false;
  readonly isReplayable: boolean;
  readonly #upstreams: readonly Upstream[];
  readonly #listener: CallListener;
  readonly #running: RunningCalls;
  readonly #limits: EjectionLimits | null;
  readonly #tried: Upstream[] = [];
  #upstream: Upstream | null = null;
  #pausedAtMs = -1;
  #hasHead = false;
  #hasReplacedConnection = false;
  /** The attempt under way tries an ejected address, and nothing has been noted of it. */
  #isProbe = false;

  constructor(
    upstreams: readonly Upstream[],
    request: CallRequest,
    listener: CallListener,
    running: RunningCalls,
  ) {
    this.#upstreams = upstreams;
    this.request = request;
    this.#listener = listener;
    this.#running = running;
    this.isReplayable = request.body === null || Buffer.isBuffer(request.body);
    // One that is alone is asked whatever it answers.
    this.#limits = request.care !== null && upstreams.length > 1 ? request.care.ejection : null;
  }

  begin(): void {
    const { care } = this.request;
    this.#running.add(this);
    if (!this.#tryNext())
      this.#fail({ kind: 'refused', afterHead: false, detail: 'there is no address', wasIdle: false });
    else if (care !== null) earnRetries(this.#upstream!.retries, care.retryShare);
  }

  abort(): void {
    if (this.#finish()) this.controller?.abort(ABANDONED);
  }

  pause(): void {
    if (this.#pausedAtMs === -1) this.#pausedAtMs = monotonicMs();
    this.controller?.pause();
  }

  resume(): void {
    this.#pausedAtMs = -1;
    this.activeAtMs = monotonicMs();
    this.controller?.resume();
  }

  check(nowMs: number): void {
    const { request } = this;
    const { firstByteMs, idleMs } = request.timeouts;
    const silentMs = nowMs - this.activeAtMs;
    if (nowMs >= request.endsAtMs) this.#timeOut('total-timeout', 'the time-out for the whole answer');
    else if (this.#pausedAtMs !== -1) {
      if (nowMs - this.#pausedAtMs >= idleMs) this.#timeOut('client-stalled', 'the client reads nothing');
    } else if (!this.#hasHead) {
      if (silentMs >= firstByteMs)
        this.#timeOut('first-byte-timeout', `no first byte within ${firstByteMs} ms`);
    } else if (silentMs >= idleMs) this.#timeOut('idle-timeout', `silent for ${idleMs} ms inside the answer`);
  }

  answerBegins(given: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.activeAtMs = monotonicMs();
    const coding = headers['transfer-encoding'];
    // Any other would have to be undone here, for the header does not travel on.
    if (coding !== undefined && String(coding).toLowerCase() !== 'chunked') {
      this.#note(false);
      this.#fail({ kind: 'garbled', afterHead: false, detail: 'an unknown transfer coding' });
      given.abort(ABANDONED);
      return;
    }
    this.#note(!isBadAnswer(status));
    noteAnswer(this.#upstream!);
    if (mayBeBetterElsewhere(status) && this.#retry(this.activeAtMs)) {
      if (Number(headers['content-length'] ?? Number.NaN) <= LEFTOVER_BYTES_AT_MOST) this.leftover = given;
      else given.abort(ABANDONED);
      return;
    }
    this.#hasHead = true;
    this.#listener.head(status, headers);
  }

  answerGoesOn(chunk: Buffer): void {
    this.activeAtMs = monotonicMs();
    this.#listener.data(chunk);
  }

  answerEnds(): void {
    if (this.#finish()) this.#listener.end();
  }

  attemptFails(error: Error): void {
    const failure = failureOf(error, this.#hasHead);
    const now = monotonicMs();
    if (failure.kind === 'refused') {
      if (this.#isProbe) this.#note(false);
      noteRefusal(this.#upstream!, now);
      this.#listener.refused?.(this.#upstream!);
      if (!this.isOver && this.isReplayable && now < this.request.endsAtMs && this.#tryNext()) return;
    } else if (
      failure.kind === 'reset' &&
      failure.wasIdle &&
      this.request.mayRepeat &&
      this.isReplayable &&
      !this.#hasReplacedConnection
    ) {
      this.#hasReplacedConnection = true;
      this.#tried.pop();
      if (this.#tryNext()) {
        this.#listener.retried?.();
        return;
      }
    } else if (failure.kind === 'reset' || failure.kind === 'garbled') {
      this.#note(false);
      if (failure.kind === 'reset' && !this.#hasHead && this.#retry(now)) return;
    }
    this.#fail(failure);
  }

  #note(isGood: boolean): void {
    if (this.#limits === null) return;
    const { health } = this.#upstream!;
    if (isGood) noteSuccess(health, this.#limits, this.#isProbe, monotonicMs());
    else noteFailure(health, this.#limits, this.#isProbe, monotonicMs());
    this.#isProbe = false;
  }

  #leave(): void {
    if (this.#upstream === null) return;
    this.#upstream.inFlight -= 1;
    noteNothing(this.#upstream.health, this.#isProbe);
    this.#isProbe = false;
  }

  #finish(): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    this.#running.delete(this);
    this.#leave();
    this.leftover?.abort(ABANDONED);
    return true;
  }

  /** Asked once the attempt has failed; true when another is under way. */
  #retry(nowMs: number): boolean {
    const { care, endsAtMs, mayRetry } = this.request;
    if (care === null || care.retryShare === 0 || !this.isReplayable) return false;
    if (this.#upstreams.length <= this.#tried.length || nowMs >= endsAtMs) return false;
    if (!mayRetry() || !spendRetry(this.#upstream!.retries, nowMs) || !this.#tryNext()) return false;
    this.activeAtMs = nowMs;
    this.#listener.retried?.();
    return true;
  }

  #fail(failure: Failure): void {
    if (this.#finish()) this.#listener.fail(failure);
  }

  #timeOut(
    kind: 'first-byte-timeout' | 'idle-timeout' | 'total-timeout' | 'client-stalled',
    detail: string,
  ): void {
    // What the client does says nothing about the address.
    if (!this.isOver && kind !== 'client-stalled') this.#note(false);
    this.#fail({ kind, afterHead: this.#hasHead, detail });
    this.controller?.abort(ABANDONED);
  }

  #next(nowMs: number): Upstream | null {
    const upstreams = this.#upstreams;
    const tried = this.#tried;
    if (upstreams.length === 1) return tried.length === 0 ? upstreams[0]! : null;
    const slowStartMs = this.request.care?.slowStartMs ?? 0;
    return pickAddress(upstreams, { tried, nowMs, slowStartMs, chance: nextTurn() });
  }

  /** False when there is no address left. */
  #tryNext(): boolean {
    const { request } = this;
    const nowMs = monotonicMs();
    const next = this.#next(nowMs);
    if (next === null) return false;
    this.#leave();
    this.#upstream = next;
    if (this.#limits !== null) this.#isProbe = beginAttempt(next.health, nowMs);
    this.#tried.push(next);
    next.inFlight += 1;
    this.controller = null;
    const attempt = new Attempt(this);
    this.attempt = attempt;
    const { method, body } = request;
    const path = next.pathPrefix + request.path;
    const headers = request.headersFor(next);
    if (next.raw !== null && (body === null || Buffer.isBuffer(body)))
      next.raw.dispatch({ path, method, headers, body }, attempt);
    else {
      const pool = request.expectsStream ? next.pools.streams : next.pools.plain;
      pool.dispatch({ path, method: method as Dispatcher.HttpMethod, headers, body }, attempt);
    }
    return true;
  }
}

/** Hears of one attempt; once another has taken its place, of nothing any more. */
class Attempt implements Dispatcher.DispatchHandler {
  readonly #call: UpstreamCall;

  constructor(made: UpstreamCall) {
    this.#call = made;
  }

  get #isDeaf(): boolean {
    return this.#call.isOver || this.#call.attempt !== this;
  }

  onRequestStart(given: Dispatcher.DispatchController): void {
    if (this.#isDeaf) {
      given.abort(ABANDONED);
      return;
    }
    this.#call.controller = given;
    if (this.#call.request.isTimed === true) this.#call.sentAtMs = monotonicMs();
  }

  onBodySent(): void {
    if (!this.#call.isReplayable) this.#call.activeAtMs = monotonicMs();
  }

  onResponseStart(given: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (!this.#isDeaf && status >= 200) this.#call.answerBegins(given, status, headers);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#isDeaf) this.#call.answerGoesOn(chunk);
  }

  onResponseEnd(given: Dispatcher.DispatchController): void {
    if (given === this.#call.leftover) this.#call.leftover = null;
    else if (this.#call.attempt === this) this.#call.answerEnds();
  }

  onResponseError(given: Dispatcher.DispatchController, error: Error): void {
    if (given === this.#call.leftover) this.#call.leftover = null;
    if (!this.#isDeaf) this.#call.attemptFails(error);
  }
}
