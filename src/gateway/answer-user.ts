import type { IncomingHttpHeaders } from 'node:http';
import { type CallListener, call } from './call.ts';
import { captureChunk, captureHead } from './captured-answer.ts';
import { isClientError } from './client-error.ts';
import { type CostMeter, openCostMeter } from './cost-meter.ts';
import { draw } from './draw.ts';
import { type Exchange, mayBeRepeated, mayBeRescued } from './exchange.ts';
import { type Failure, isClientsFault, isTimeout } from './failure.ts';
import { finish } from './finish.ts';
import { requestHeaders, responseHeaders } from './forward-headers.ts';
import type { Outcome } from './outcomes.ts';
import type { Parts } from './parts.ts';
import { sendProblem } from './problem.ts';
import type { LiveTrack } from './snapshot.ts';

/** A declined answer is read to its end up to so much, which keeps the connection; a longer one is cut. */
const DISCARDED_BYTES_AT_MOST = 64 * 1024;
const STREAM_TYPES = ['text/event-stream', 'application/x-ndjson'];

/** Sends the request to one track and its answer to the client; a candidate that fails before the first byte is replaced by stable. */
export function answerUser(parts: Parts, exchange: Exchange, track: LiveTrack): void {
  const { req, res, service, outcome } = exchange;
  const { timeouts } = service.route;
  exchange.answering = track;
  exchange.answeringSinceMs = performance.now();

  let head: string[] | null = null;
  let expectedBytes = -1;
  let isStream = false;
  let isDeclined = false;
  let discardedBytes = 0;
  let meter: CostMeter | null = null;
  const own = track === exchange.assigned ? outcome : null;

  const settle = (isBad: boolean): void => {
    if (own === null) return;
    parts.outcomes.settle(own, 'errors', isBad);
    parts.outcomes.end(own, performance.now());
  };
  const rescue = (): void => {
    isDeclined = true;
    settle(true);
    if (own !== null) parts.outcomes.noAnswer(own);
    track.counts.failed += 1;
    track.counts.rescued += 1;
    track.counts.hasChanged = true;
    exchange.isRescued = true;
    exchange.status = 0;
    if (outcome !== null) outcome.answeredBy = service.stable!.counts;
    answerUser(parts, exchange, service.stable!);
  };
  const writeHead = (): void => {
    res.writeHead(exchange.status, head!);
    head = null;
  };

  const listener: CallListener = {
    head(status, headers) {
      if (exchange.isFinished) return;
      if (status >= 500 && mayBeRescued(exchange, performance.now())) {
        rescue();
        return;
      }
      exchange.status = status;
      isStream = isStreamed(headers);
      if (own !== null) {
        parts.outcomes.settle(own, 'client-errors', isClientError(status));
        const { cost } = own.cohort.readings;
        if (own.cohort.means.cost !== undefined && cost !== undefined && isSuccess(status))
          meter = openCostMeter(cost, { status, headers, isStream });
      }
      if (exchange.capture !== null) captureHead(exchange.capture, status, headers);
      head = headOf(parts, exchange, track, headers);
      expectedBytes = Number(headers['content-length'] ?? -1);
      if (isStream) {
        writeHead();
        res.flushHeaders();
      }
    },
    data(chunk) {
      if (isDeclined) {
        discardedBytes += chunk.length;
        if (discardedBytes > DISCARDED_BYTES_AT_MOST) running.abort();
        return;
      }
      if (exchange.isFinished) return;
      if (exchange.capture !== null) captureChunk(exchange.capture, chunk);
      meter?.take(chunk);
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
      if (isDeclined || exchange.isFinished) return;
      try {
        if (head !== null) writeHead();
      } catch {
        listener.fail({ kind: 'garbled', afterHead: true, detail: 'a header that cannot be passed on' });
        return;
      }
      settle(exchange.status >= 500);
      if (own !== null) answered(parts, exchange, own, meter);
      exchange.comparing?.stable(exchange.capture);
      finish(parts, exchange, 'complete');
      if (!res.writableEnded) res.end();
    },
    fail(failure) {
      if (isDeclined || exchange.isFinished) return;
      if (!isClientsFault(failure) && mayBeRescued(exchange, performance.now())) {
        rescue();
        return;
      }
      settle(!isClientsFault(failure));
      if (own !== null) parts.outcomes.noAnswer(own);
      exchange.comparing?.stable(null);
      if (res.headersSent) {
        finish(parts, exchange, failure.kind === 'client-stalled' ? 'client-left' : 'truncated');
        // Ending it properly would make a cut answer look whole.
        res.destroy();
      } else failAnswer(parts, exchange, track, failure);
    },
  };
  if (track.track === 'candidate') {
    const { rollout } = service.candidate!.route;
    listener.refused = () => parts.onCandidateRefused(service.route.service, rollout, track.upstreams);
  }

  const running = call(
    track.upstreams,
    {
      method: req.method!,
      path: exchange.path,
      headersFor: (upstream) =>
        requestHeaders({
          raw: req.rawHeaders,
          connection: req.headers.connection,
          spent: exchange.spent,
          host: upstream.host,
          clientAddress: req.socket.remoteAddress ?? 'unknown',
          invocation: exchange.id,
          contentLength: exchange.contentLength,
          isMirrored: false,
        }),
      body: exchange.body,
      timeouts,
      endsAtMs: exchange.startedAtMs + timeouts.totalMs,
      expectsStream: exchange.expectsStream,
      mayRepeat: track.track === 'stable' && mayBeRepeated(exchange),
    },
    listener,
    parts.calls,
  );
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
  const list = responseHeaders(headers);
  list.push('tidegate-invocation', exchange.id, 'tidegate-release', track.label);
  if (exchange.isRescued) list.push('tidegate-rescued', 'true');
  if (exchange.setCookie !== null) list.push('set-cookie', exchange.setCookie);
  if (parts.isDraining) list.push('connection', 'close');
  return list;
}

function isStreamed(headers: IncomingHttpHeaders): boolean {
  const type = headers['content-type'];
  return type !== undefined && STREAM_TYPES.some((stream) => type.startsWith(stream));
}

function failAnswer(parts: Parts, exchange: Exchange, track: LiveTrack, failure: Failure): void {
  const code =
    failure.kind === 'unsendable'
      ? 'bad-request'
      : isTimeout(failure)
        ? 'upstream-timeout'
        : 'upstream-failed';
  exchange.status = { 'bad-request': 400, 'upstream-timeout': 504, 'upstream-failed': 502 }[code];
  finish(parts, exchange, 'failed');
  const { req, res, service } = exchange;
  const isUploading = exchange.body !== null && !Buffer.isBuffer(exchange.body);
  if (isUploading) req.unpipe().resume();
  const about =
    failure.kind === 'unsendable'
      ? 'The request cannot be passed on'
      : `The service "${service.route.service}" failed`;
  sendProblem(res, code, `${about}: ${whatHappened(failure)}.`, {
    'tidegate-invocation': exchange.id,
    'tidegate-release': track.label,
    ...(exchange.isRescued ? { 'tidegate-rescued': 'true' } : {}),
    ...(isUploading || parts.isDraining ? { connection: 'close' } : {}),
  });
}

/** Addresses and texts of the network stay inside. */
function whatHappened(failure: Failure): string {
  switch (failure.kind) {
    case 'refused':
      return 'it takes no connections';
    case 'reset':
      return 'the connection broke';
    case 'garbled':
      return 'its answer is not valid HTTP';
    case 'unsendable':
      return 'it is not valid HTTP/1.1';
    case 'client-stalled':
    case 'first-byte-timeout':
    case 'idle-timeout':
    case 'total-timeout':
      return failure.detail;
  }
}
