import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { UpstreamTimeouts } from '../core/routing/table.ts';
import { type Failure, failureOf } from './failure.ts';
import { noteAnswer, noteRefusal, pickUpstream, type Upstream } from './upstreams.ts';

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
}

/** Hears what becomes of a call: `head`, then `data`, then `end` or `fail` exactly once; nothing after `abort`. */
export interface CallListener {
  head(status: number, headers: IncomingHttpHeaders): void;
  data(chunk: Buffer): void;
  end(): void;
  fail(failure: Failure): void;
  /** No connection could be made to this address; another may be tried after this. */
  refused?(upstream: Upstream): void;
}

export interface Call {
  readonly startedAtMs: number;
  abort(): void;
  pause(): void;
  resume(): void;
  /** Ends the call when one of its time-outs has struck. */
  check(nowMs: number): void;
}

const ABANDONED = new Error('abandoned by the gateway');
const monotonicMs = (): number => performance.now();

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
  let activeAtMs = startedAtMs;
  let pausedAtMs = -1;
  let hasHead = false;
  let isOver = false;
  let hasReplacedConnection = false;

  const finish = (): boolean => {
    if (isOver) return false;
    isOver = true;
    running.delete(self);
    if (upstream !== null) upstream.inFlight -= 1;
    return true;
  };
  const fail = (failure: Failure): void => {
    if (finish()) listener.fail(failure);
  };
  const timeOut = (
    kind: 'first-byte-timeout' | 'idle-timeout' | 'total-timeout' | 'client-stalled',
    detail: string,
  ): void => {
    fail({ kind, afterHead: hasHead, detail });
    controller?.abort(ABANDONED);
  };

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(given) {
      controller = given;
      if (isOver) given.abort(ABANDONED);
    },
    onBodySent() {
      if (!isReplayable) activeAtMs = monotonicMs();
    },
    onResponseStart(_, status, headers) {
      if (isOver || status < 200) return;
      hasHead = true;
      activeAtMs = monotonicMs();
      noteAnswer(upstream!);
      listener.head(status, headers);
    },
    onResponseData(_, chunk) {
      if (isOver) return;
      activeAtMs = monotonicMs();
      listener.data(chunk);
    },
    onResponseEnd() {
      if (finish()) listener.end();
    },
    onResponseError(_, error) {
      if (isOver) return;
      const failure = failureOf(error, hasHead);
      const now = monotonicMs();
      if (failure.kind === 'refused') {
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
        if (tryNext()) return;
      }
      fail(failure);
    },
  };

  /** False when there is no address left. */
  const tryNext = (): boolean => {
    const next = pickUpstream(upstreams, tried, monotonicMs());
    if (next === null) return false;
    if (upstream !== null) upstream.inFlight -= 1;
    upstream = next;
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
      handler,
    );
    return true;
  };

  const self: Call = {
    startedAtMs,
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
  if (!tryNext()) fail({ kind: 'refused', afterHead: false, detail: 'there is no address', wasIdle: false });
  return self;
}
