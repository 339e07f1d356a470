import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { UpstreamCare, UpstreamTimeouts } from '../../core/routing/table.ts';
import { beginAttempt, noteFailure, noteNothing, noteSuccess } from './address-health.ts';
import { type Failure, failureOf } from './failure.ts';
import { pickAddress } from './pick-address.ts';
import { earnRetries, spendRetry } from './retry-budget.ts';
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
  running: Set<Call>,
): Call {
  const startedAtMs = monotonicMs();
  const tried: Upstream[] = [];
  const isReplayable = request.body === null || Buffer.isBuffer(request.body);
  let controller: Dispatcher.DispatchController | null = null;
  let upstream: Upstream | null = null;
  let attempts = 0;
  let activeAtMs = startedAtMs;
  let pausedAtMs = -1;
  let hasHead = false;
  let isOver = false;
  let hasReplacedConnection = false;
  let sentAtMs = -1;
  const { care } = request;
  // One that is alone is asked whatever it answers.
  const limits = care !== null && upstreams.length > 1 ? care.ejection : null;
  /** The attempt under way tries an ejected address, and nothing has been noted of it. */
  let isProbe = false;
  let leftover: Dispatcher.DispatchController | null = null;

  const note = (isGood: boolean): void => {
    if (limits === null) return;
    const { health } = upstream!;
    if (isGood) noteSuccess(health, limits, isProbe, monotonicMs());
    else noteFailure(health, limits, isProbe, monotonicMs());
    isProbe = false;
  };
  const leave = (): void => {
    if (upstream === null) return;
    upstream.inFlight -= 1;
    noteNothing(upstream.health, isProbe);
    isProbe = false;
  };
  const finish = (): boolean => {
    if (isOver) return false;
    isOver = true;
    running.delete(self);
    leave();
    leftover?.abort(ABANDONED);
    return true;
  };
  /** Asked once the attempt has failed; true when another is under way. */
  const retry = (nowMs: number): boolean => {
    if (care === null || care.retryShare === 0 || !isReplayable || upstreams.length <= tried.length)
      return false;
    if (nowMs >= request.endsAtMs || !request.mayRetry() || !spendRetry(upstream!.retries, nowMs))
      return false;
    if (!tryNext()) return false;
    activeAtMs = nowMs;
    listener.retried?.();
    return true;
  };
  const fail = (failure: Failure): void => {
    if (finish()) listener.fail(failure);
  };
  const timeOut = (
    kind: 'first-byte-timeout' | 'idle-timeout' | 'total-timeout' | 'client-stalled',
    detail: string,
  ): void => {
    // What the client does says nothing about the address.
    if (!isOver && kind !== 'client-stalled') note(false);
    fail({ kind, afterHead: hasHead, detail });
    controller?.abort(ABANDONED);
  };

  /** Hears of one attempt; once another has taken its place, of nothing any more. */
  const handlerFor = (attempt: number): Dispatcher.DispatchHandler => ({
    onRequestStart(given) {
      if (isOver || attempt !== attempts) given.abort(ABANDONED);
      else {
        controller = given;
        if (request.isTimed === true) sentAtMs = monotonicMs();
      }
    },
    onBodySent() {
      if (!isReplayable) activeAtMs = monotonicMs();
    },
    onResponseStart(given, status, headers) {
      if (isOver || attempt !== attempts || status < 200) return;
      activeAtMs = monotonicMs();
      const coding = headers['transfer-encoding'];
      // Any other would have to be undone here, for the header does not travel on.
      if (coding !== undefined && String(coding).toLowerCase() !== 'chunked') {
        note(false);
        fail({ kind: 'garbled', afterHead: false, detail: 'an unknown transfer coding' });
        given.abort(ABANDONED);
        return;
      }
      note(!isBadAnswer(status));
      noteAnswer(upstream!);
      if (mayBeBetterElsewhere(status) && retry(activeAtMs)) {
        if (Number(headers['content-length'] ?? Number.NaN) <= LEFTOVER_BYTES_AT_MOST) leftover = given;
        else given.abort(ABANDONED);
        return;
      }
      hasHead = true;
      listener.head(status, headers);
    },
    onResponseData(_, chunk) {
      if (isOver || attempt !== attempts) return;
      activeAtMs = monotonicMs();
      listener.data(chunk);
    },
    onResponseEnd(given) {
      if (given === leftover) leftover = null;
      else if (attempt === attempts && finish()) listener.end();
    },
    onResponseError(given, error) {
      if (given === leftover) leftover = null;
      if (isOver || attempt !== attempts) return;
      const failure = failureOf(error, hasHead);
      const now = monotonicMs();
      if (failure.kind === 'refused') {
        if (isProbe) note(false);
        noteRefusal(upstream!, now);
        listener.refused?.(upstream!);
        if (!isOver && isReplayable && now < request.endsAtMs && tryNext()) return;
      } else if (
        failure.kind === 'reset' &&
        failure.wasIdle &&
        request.mayRepeat &&
        isReplayable &&
        !hasReplacedConnection
      ) {
        hasReplacedConnection = true;
        tried.pop();
        if (tryNext()) {
          listener.retried?.();
          return;
        }
      } else if (failure.kind === 'reset' || failure.kind === 'garbled') {
        note(false);
        if (failure.kind === 'reset' && !hasHead && retry(now)) return;
      }
      fail(failure);
    },
  });

  /** False when there is no address left. */
  const tryNext = (): boolean => {
    const nowMs = monotonicMs();
    const next =
      upstreams.length === 1
        ? tried.length === 0
          ? upstreams[0]!
          : null
        : pickAddress(upstreams, {
            tried,
            nowMs,
            slowStartMs: care?.slowStartMs ?? 0,
            chance: nextTurn(),
          });
    if (next === null) return false;
    leave();
    upstream = next;
    if (limits !== null) isProbe = beginAttempt(next.health, nowMs);
    attempts += 1;
    tried.push(next);
    next.inFlight += 1;
    controller = null;
    const pool = request.expectsStream ? next.pools.streams : next.pools.plain;
    pool.dispatch(
      {
        path: next.pathPrefix + request.path,
        method: request.method as Dispatcher.HttpMethod,
        headers: request.headersFor(next),
        body: request.body,
      },
      handlerFor(attempts),
    );
    return true;
  };

  const self: Call = {
    startedAtMs,
    get sentAtMs() {
      return sentAtMs;
    },
    abort() {
      if (finish()) controller?.abort(ABANDONED);
    },
    pause() {
      if (pausedAtMs === -1) pausedAtMs = monotonicMs();
      controller?.pause();
    },
    resume() {
      pausedAtMs = -1;
      activeAtMs = monotonicMs();
      controller?.resume();
    },
    check(nowMs) {
      const { firstByteMs, idleMs } = request.timeouts;
      if (nowMs >= request.endsAtMs) timeOut('total-timeout', 'the time-out for the whole answer');
      else if (pausedAtMs !== -1) {
        if (nowMs - pausedAtMs >= idleMs) timeOut('client-stalled', 'the client reads nothing');
      } else if (!hasHead) {
        if (nowMs - activeAtMs >= firstByteMs)
          timeOut('first-byte-timeout', `no first byte within ${firstByteMs} ms`);
      } else if (nowMs - activeAtMs >= idleMs)
        timeOut('idle-timeout', `silent for ${idleMs} ms inside the answer`);
    },
  };
  running.add(self);
  const isSent = tryNext();
  if (isSent && care !== null) earnRetries(upstream!.retries, care.retryShare);
  if (!isSent) fail({ kind: 'refused', afterHead: false, detail: 'there is no address', wasIdle: false });
  return self;
}
