import type { IncomingHttpHeaders } from 'node:http';
import { draw } from './assignment/draw.ts';
import { type Exchange, mayBeRepeated, mayBeRescued } from './exchange.ts';
import { failAnswer } from './fail-answer.ts';
import { finish } from './finish.ts';
import { breakOff } from './http/break-off.ts';
import { flushHead } from './http/flush-head.ts';
import { responseHeaders } from './http/forward-headers.ts';
import { isStreamed } from './http/is-streamed.ts';
import { captureChunk, captureHead } from './mirror/captured-answer.ts';
import { isClientError } from './outcomes/client-error.ts';
import { type CostMeter, openCostMeter } from './outcomes/cost-meter.ts';
import type { Outcome } from './outcomes/outcomes.ts';
import type { Parts } from './parts.ts';
import type { TokenMeter } from './providers/token-meter.ts';
import { tokenMeter } from './providers/token-meter-of.ts';
import type { LiveService, LiveTrack } from './routes/snapshot.ts';
import { serverTiming } from './telemetry/server-timing.ts';
import { beginAttempt } from './telemetry/spans/attempt.ts';
import { type CallListener, type CallRequest, call } from './upstreams/call.ts';
import { type Failure, isNotReleasesFault, isUnsent } from './upstreams/failure.ts';
import { nextFallback } from './upstreams/fallback.ts';
import { requestFor } from './upstreams/request-for.ts';
import { countCall } from './usage/count-call.ts';

/** A declined answer is read to its end up to so much, which keeps the connection; a longer one is cut. */
const DISCARDED_BYTES_AT_MOST = 64 * 1024;

/**
 * Sends the request to one track and its answer to the client; a candidate that fails before the first byte is replaced by stable,
 * and a service that fails by the next of its fallbacks. `via` is the service of the track.
 */
export function answerUser(
  parts: Parts,
  exchange: Exchange,
  track: LiveTrack,
  via: LiveService = exchange.service,
): void {
  const { req, res, service, outcome } = exchange;
  const { timeouts } = via.route;
  const isTimed = service.route.telemetry?.serverTiming === true;
  exchange.answering = track;
  exchange.via = via;
  const sinceMs = performance.now();
  exchange.answeringSinceMs = sinceMs;

  let head: string[] | null = null;
  let expectedBytes = -1;
  let isStream = false;
  let isDeclined = false;
  let discardedBytes = 0;
  let meter: CostMeter | null = null;
  /** Of an answer that is not wanted: it is paid for all the same. */
  let declinedTokens: TokenMeter | null = null;
  let isOwed = false;
  const own = track === exchange.assigned ? outcome : null;

  const attempt = beginAttempt(exchange, track, via);

  const settle = (isBad: boolean): void => {
    if (own === null) return;
    parts.outcomes.settle(own, 'errors', isBad);
    parts.outcomes.end(own, performance.now());
  };
  /** Its answer is not wanted; another takes its place. */
  const decline = (isBad: boolean, next: LiveTrack): void => {
    isDeclined = true;
    if (attempt !== null) attempt.endedAtMs = performance.now();
    settle(isBad);
    if (own !== null) parts.outcomes.noAnswer(own);
    if (isBad) track.counts.failed += 1;
    track.counts.hasChanged = true;
    exchange.status = 0;
    if (outcome !== null) outcome.answeredBy = next.counts;
  };
  const settleDeclined = (ending: 'refused' | 'broken'): void => {
    if (!isOwed) return;
    isOwed = false;
    declinedTokens?.end();
    const ms = performance.now() - sinceMs;
    countCall(exchange, { of: track, tokens: declinedTokens, ending, ms, isCopy: false });
  };
  const rescue = (): void => {
    track.counts.rescued += 1;
    exchange.isRescued = true;
    decline(true, service.stable!);
    answerUser(parts, exchange, service.stable!);
  };
  /** False when there is nobody to fall back to. */
  const fallBack = (isBad: boolean): boolean => {
    const next = nextFallback(exchange, performance.now());
    if (next === null) return false;
    // What goes out now is no answer of this service to compare with.
    exchange.comparing?.stable(null);
    exchange.comparing = null;
    decline(isBad, next.stable!);
    answerUser(parts, exchange, next.stable!, next);
    return true;
  };
  const fail = (failure: Failure): void => {
    if (attempt !== null) attempt.error = failure.kind;
    const isBad = !isNotReleasesFault(failure);
    const ended = exchange.call;
    const ending = isUnsent(failure) ? 'refused' : 'broken';
    if (isBad && mayBeRescued(exchange, performance.now())) {
      isOwed = ended !== null;
      settleDeclined(ending);
      rescue();
      return;
    }
    if (isBad && fallBack(true)) {
      isOwed = ended !== null;
      settleDeclined(ending);
      return;
    }
    exchange.isUnsent = isUnsent(failure);
    settle(isBad);
    if (own !== null) parts.outcomes.noAnswer(own);
    exchange.comparing?.stable(null);
    exchange.tokens?.end();
    if (res.headersSent) {
      finish(parts, exchange, failure.kind === 'client-stalled' ? 'client-left' : 'truncated');
      breakOff(res);
    } else failAnswer(parts, exchange, track, failure);
  };
  const writeHead = (): void => {
    res.writeHead(exchange.status, head!);
    head = null;
  };

  const listener: CallListener = {
    head(status, headers) {
      if (exchange.isFinished) return;
      if (attempt !== null) attempt.status = status;
      isStream = isStreamed(headers);
      if (status >= 500 && mayBeRescued(exchange, performance.now())) {
        isOwed = true;
        declinedTokens = tokenMeter(via, track, headers, isStream);
        rescue();
        return;
      }
      if ((status >= 500 || status === 429) && fallBack(status >= 500)) {
        isOwed = true;
        declinedTokens = tokenMeter(via, track, headers, isStream);
        return;
      }
      if (track.provider?.hasKey === true && (status === 401 || status === 403)) {
        // Nothing the client could mend, and what it says may quote the key.
        isDeclined = true;
        fail({ kind: 'key-refused', afterHead: false, detail: '' });
        return;
      }
      exchange.status = status;
      if (own !== null) {
        parts.outcomes.settle(own, 'client-errors', isClientError(status));
        const { cost } = own.cohort.readings;
        if (own.cohort.means.cost !== undefined && cost !== undefined && isSuccess(status))
          meter = openCostMeter(cost, { status, headers, isStream });
      }
      exchange.tokens = tokenMeter(via, track, headers, isStream);
      if (exchange.capture !== null) captureHead(exchange.capture, status, headers);
      // Stable's answer in the place of the candidate's, or another service's, is none of this release.
      if (exchange.keeping !== null && track === exchange.assigned)
        exchange.keeping.head(status, headers, isStream);
      head = headOf(parts, exchange, track, headers);
      if (isTimed) head.push('server-timing', serverTiming(exchange, running, performance.now()));
      expectedBytes = Number(headers['content-length'] ?? -1);
      if (isStream) {
        writeHead();
        flushHead(res);
      }
    },
    data(chunk) {
      if (isDeclined) {
        discardedBytes += chunk.length;
        declinedTokens?.take(chunk, performance.now());
        if (discardedBytes > DISCARDED_BYTES_AT_MOST) {
          running.abort();
          settleDeclined('broken');
        }
        return;
      }
      if (exchange.isFinished) return;
      if (exchange.capture !== null) captureChunk(exchange.capture, chunk);
      if (exchange.keeping !== null) exchange.keeping.take(chunk);
      meter?.take(chunk);
      exchange.tokens?.take(chunk, performance.now());
      if (isStream && own !== null) parts.outcomes.settleSlowNow(own, performance.now());
      if (head !== null) {
        writeHead();
        // The commonest answer comes in one piece and leaves in one piece.
        if (chunk.length === expectedBytes) {
          res.end(chunk);
          return;
        }
      }
      if (!res.write(chunk)) {
        running.pause();
        res.once('drain', () => running.resume());
      }
    },
    end() {
      if (isDeclined) settleDeclined('refused');
      if (isDeclined || exchange.isFinished) return;
      try {
        if (head !== null) writeHead();
      } catch {
        listener.fail({ kind: 'garbled', afterHead: true, detail: 'a header that cannot be passed on' });
        return;
      }
      exchange.tokens?.end();
      // Its status was sent long before it knew.
      const hasFailed = exchange.tokens?.hasFailed === true;
      if (exchange.keeping !== null) exchange.keeping.end(hasFailed);
      settle(exchange.status >= 500 || hasFailed);
      if (own !== null) answered(parts, exchange, own, meter);
      exchange.comparing?.stable(exchange.capture);
      finish(parts, exchange, hasFailed ? 'failed' : 'complete');
      if (!res.writableEnded) res.end();
    },
    fail(failure) {
      if (isDeclined) settleDeclined('broken');
      if (isDeclined || exchange.isFinished) return;
      fail(failure);
    },
  };
  listener.retried = () => {
    exchange.isRetried = true;
    track.counts.meter.retries += 1;
    if (attempt !== null) attempt.resends += 1;
    // The user gets a better answer for it, the release no better reputation.
    if (own !== null) parts.outcomes.settle(own, 'errors', true);
  };
  if (track.track === 'candidate') {
    const { rollout } = service.candidate!.route;
    listener.refused = () => parts.onCandidateRefused(service.route.service, rollout, track.upstreams);
  }

  const request = requestFor(exchange, via, track, false);
  if (request === null) {
    fail({ kind: 'no-key', afterHead: false, detail: '' });
    return;
  }
  const asked: CallRequest = {
    method: req.method!,
    path: request.path,
    headersFor: request.headersFor,
    body: request.body,
    timeouts,
    endsAtMs: exchange.startedAtMs + service.route.timeouts.totalMs,
    expectsStream: exchange.expectsStream,
    // For the candidate there is stable. Either way the first attempt is what counts.
    mayRepeat: track.track === 'stable' && mayBeRepeated(exchange),
    care: via.route.care ?? null,
    isTimed,
    // Where stable can take over it does: a second address of a failing candidate is the worse bet.
    mayRetry: () => mayBeRepeated(exchange) && !mayBeRescued(exchange, performance.now()),
  };
  const running =
    (via.route.batching === undefined
      ? null
      : parts.batches.take(exchange, via, track, { request: asked, listener, running: parts.calls })) ??
    call(track.upstreams, asked, listener, parts.calls);
  // A call that failed at once may have been rescued by now, by a call of its own.
  if (exchange.answering === track) exchange.call = running;
}

/** A whole answer has come from the track that was drawn. */
function answered(parts: Parts, exchange: Exchange, own: Outcome, meter: CostMeter | null): void {
  if (!isSuccess(exchange.status)) {
    parts.outcomes.noAnswer(own);
    return;
  }
  if (exchange.capture !== null) exchange.checking?.answered(exchange.capture);
  void meter?.end().then((value) => parts.outcomes.measure(own, 'cost', value, draw()));
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

function headOf(parts: Parts, exchange: Exchange, track: LiveTrack, headers: IncomingHttpHeaders): string[] {
  const list = responseHeaders(headers, exchange.status);
  list.push('tidegate-invocation', exchange.id, 'tidegate-release', track.label);
  if (exchange.via !== exchange.service) list.push('tidegate-fallback', exchange.via.route.service);
  if (exchange.isRescued) list.push('tidegate-rescued', 'true');
  if (exchange.cache !== null) list.push('tidegate-cache', exchange.cache);
  const notice = exchange.pass?.notice() ?? null;
  if (notice !== null) list.push('tidegate-budget', notice);
  if (exchange.setCookie !== null) list.push('set-cookie', exchange.setCookie);
  if (parts.isDraining) list.push('connection', 'close');
  return list;
}
