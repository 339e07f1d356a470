import type { IncomingHttpHeaders } from 'node:http';
import { type ErrorClass, isReleasesError } from '../core/translation/error-class.ts';
import { answerHead } from './answer-head.ts';
import { draw } from './assignment/draw.ts';
import { type Exchange, mayBeRepeated, mayBeRescued } from './exchange.ts';
import { failAnswer } from './fail-answer.ts';
import { finish } from './finish.ts';
import { breakOff } from './http/break-off.ts';
import { flushHead } from './http/flush-head.ts';
import { isStreamed } from './http/is-streamed.ts';
import { captureChunk, captureHead } from './mirror/captured-answer.ts';
import { isClientError } from './outcomes/client-error.ts';
import { type CostMeter, openCostMeter } from './outcomes/cost-meter.ts';
import type { Outcome } from './outcomes/outcomes.ts';
import type { Parts } from './parts.ts';
import { readingErrors } from './providers/reading-errors.ts';
import type { TokenMeter } from './providers/token-meter.ts';
import { tokenMeter } from './providers/token-meter-of.ts';
import type { LiveService, LiveTrack } from './routes/snapshot.ts';
import { serverTiming } from './telemetry/server-timing.ts';
import { beginAttempt } from './telemetry/spans/attempt.ts';
import type { Attempt } from './telemetry/spans/request-spans.ts';
import { type TranslatingListener, translatingListener } from './translation/translating-listener.ts';
import { type Call, type CallListener, type CallRequest, call } from './upstreams/call.ts';
import { type Failure, isNotReleasesFault, isUnsent } from './upstreams/failure.ts';
import { nextFallback } from './upstreams/fallback.ts';
import { requestFor } from './upstreams/request-for.ts';
import { countCall } from './usage/count-call.ts';

/** A declined answer is read to its end up to so much, which keeps the connection; a longer one is cut. */
const DISCARDED_BYTES_AT_MOST = 64 * 1024;

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

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
  new UserAnswer(parts, exchange, track, via).ask();
}

/** The answer of one track on its way to the client. A class because one is made for every request: its methods are made once. */
class UserAnswer implements CallListener {
  readonly parts: Parts;
  readonly exchange: Exchange;
  readonly track: LiveTrack;
  readonly via: LiveService;
  readonly sinceMs: number;
  /** Null where the answer is in the place of another release's. */
  readonly own: Outcome | null;
  readonly attempt: Attempt | null;
  running: Call | null = null;
  /** Until it has been written. */
  headers: string[] | null = null;
  expectedBytes = -1;
  isStream = false;
  isDeclined = false;
  discardedBytes = 0;
  meter: CostMeter | null = null;
  /** Of an answer that is not wanted: it is paid for all the same. */
  declinedTokens: TokenMeter | null = null;
  isOwed = false;
  /** It was refused for a reason that no client could mend. */
  isReleasesError = false;
  /** Where the answer comes in another interface than the client's. */
  translating: TranslatingListener | null = null;

  constructor(parts: Parts, exchange: Exchange, track: LiveTrack, via: LiveService) {
    this.parts = parts;
    this.exchange = exchange;
    this.track = track;
    this.via = via;
    this.own = track === exchange.assigned ? exchange.outcome : null;
    this.sinceMs = performance.now();
    exchange.answering = track;
    exchange.via = via;
    exchange.answeringSinceMs = this.sinceMs;
    exchange.upstreamError = null;
    this.attempt = beginAttempt(exchange, track, via);
  }

  ask(): void {
    const { parts, exchange, track, via, own } = this;
    const { service } = exchange;
    const request = requestFor(exchange, via, track, false);
    if ('kind' in request) {
      // As an answer with 400 would be: it is about what clients ask for.
      if (own !== null && request.kind === 'untranslatable')
        parts.outcomes.settle(own, 'client-errors', true);
      this.#fail(request);
      return;
    }
    const { translation } = request;
    if (translation !== null)
      this.translating = translatingListener(translation, this, () => this.running?.abort(), this.#noting());
    const asked: CallRequest = {
      method: exchange.req.method!,
      path: request.path,
      headersFor: request.headersFor,
      body: request.body,
      timeouts: via.route.timeouts,
      endsAtMs: exchange.startedAtMs + service.route.timeouts.totalMs,
      expectsStream: exchange.expectsStream,
      // For the candidate there is stable. Either way the first attempt is what counts.
      mayRepeat: track.track === 'stable' && mayBeRepeated(exchange),
      care: via.route.care ?? null,
      isTimed: service.route.telemetry?.serverTiming === true,
      // Where stable can take over it does: a second address of a failing candidate is the worse bet.
      mayRetry: () => mayBeRepeated(exchange) && !mayBeRescued(exchange, performance.now()),
    };
    this.running =
      (via.route.batching === undefined
        ? null
        : parts.batches.take(exchange, via, track, {
            request: asked,
            listener: this,
            running: parts.calls,
          })) ?? call(track.upstreams, asked, this.#hearing(), parts.calls);
    // A call that failed at once may have been rescued by now, by a call of its own.
    if (exchange.answering === track) exchange.call = this.running;
  }

  head(status: number, headers: IncomingHttpHeaders): void {
    const { parts, exchange, track, own } = this;
    if (exchange.isFinished) return;
    if (this.attempt !== null) this.attempt.status = status;
    this.isStream = isStreamed(headers);
    const { provider } = track;
    const kind = exchange.upstreamError;
    if (kind !== null && isReleasesError(kind, provider?.hasKey === true)) this.isReleasesError = true;
    const isFailure = status >= 500 || this.isReleasesError;
    if (isFailure && mayBeRescued(exchange, performance.now())) {
      this.isOwed = true;
      this.declinedTokens = this.#tokensOf(headers);
      this.#rescue(true);
      return;
    }
    // Another model may have room for what is too long for this one.
    if ((isFailure || status === 429 || kind === 'context-too-long') && this.#fallBack(isFailure)) {
      this.isOwed = true;
      this.declinedTokens = this.#tokensOf(headers);
      return;
    }
    if (provider?.hasKey === true && (status === 401 || status === 403)) {
      // Nothing the client could mend, and what it says may quote the key.
      this.isDeclined = true;
      this.#fail({ kind: 'key-refused', afterHead: false, detail: '' });
      return;
    }
    exchange.status = status;
    if (own !== null) {
      parts.outcomes.settle(own, 'client-errors', isClientError(status) && !isFailure);
      const { cost } = own.cohort.readings;
      if (own.cohort.means.cost !== undefined && cost !== undefined && isSuccess(status))
        this.meter = openCostMeter(cost, { status, headers, isStream: this.isStream });
    }
    exchange.tokens = this.#tokensOf(headers);
    if (exchange.capture !== null) captureHead(exchange.capture, status, headers);
    // Stable's answer in the place of the candidate's, or another service's, is none of this release.
    if (exchange.keeping !== null && track === exchange.assigned)
      exchange.keeping.head(status, headers, this.isStream);
    const list = answerHead(parts, exchange, track, headers);
    if (this.translating !== null && this.translating.leftOut.length > 0)
      list.push('tidegate-untranslated', this.translating.leftOut.join(', '));
    if (exchange.service.route.telemetry?.serverTiming === true)
      list.push('server-timing', serverTiming(exchange, this.running!, performance.now()));
    this.headers = list;
    this.expectedBytes = Number(headers['content-length'] ?? -1);
    if (this.isStream) {
      this.#writeHead();
      flushHead(exchange.res);
    }
  }

  data(chunk: Buffer): void {
    const { exchange } = this;
    if (this.isDeclined) {
      this.#discard(chunk);
      return;
    }
    if (exchange.isFinished) return;
    const { res } = exchange;
    if (exchange.capture !== null) captureChunk(exchange.capture, chunk);
    if (exchange.keeping !== null) exchange.keeping.take(chunk);
    this.meter?.take(chunk);
    exchange.tokens?.take(chunk, performance.now());
    if (this.isStream && this.own !== null) this.parts.outcomes.settleSlowNow(this.own, performance.now());
    if (this.headers !== null) {
      this.#writeHead();
      // The commonest answer comes in one piece and leaves in one piece.
      if (chunk.length === this.expectedBytes) {
        res.end(chunk);
        return;
      }
    }
    if (!res.write(chunk)) {
      this.running?.pause();
      res.once('drain', () => this.running?.resume());
    }
  }

  end(): void {
    const { parts, exchange, own } = this;
    if (this.isDeclined) this.#settleDeclined('refused');
    if (this.isDeclined || exchange.isFinished) return;
    try {
      if (this.headers !== null) this.#writeHead();
    } catch {
      this.fail({ kind: 'garbled', afterHead: true, detail: 'a header that cannot be passed on' });
      return;
    }
    exchange.tokens?.end();
    // Its status was sent long before it knew.
    const hasFailed = exchange.tokens?.hasFailed === true;
    if (exchange.keeping !== null) exchange.keeping.end(hasFailed);
    this.#settle(exchange.status >= 500 || hasFailed || this.isReleasesError);
    if (own !== null) this.#answered(own);
    exchange.comparing?.stable(exchange.capture);
    finish(parts, exchange, hasFailed ? 'failed' : 'complete');
    if (!exchange.res.writableEnded) exchange.res.end();
  }

  fail(failure: Failure): void {
    if (this.isDeclined) this.#settleDeclined('broken');
    if (this.isDeclined || this.exchange.isFinished) return;
    this.#fail(failure);
  }

  retried(): void {
    this.exchange.isRetried = true;
    this.track.counts.meter.retries += 1;
    if (this.attempt !== null) this.attempt.resends += 1;
    // The user gets a better answer for it, the release no better reputation.
    if (this.own !== null) this.parts.outcomes.settle(this.own, 'errors', true);
  }

  refused(): void {
    const { parts, exchange, track } = this;
    if (track.track !== 'candidate') return;
    const { route, candidate } = exchange.service;
    parts.onCandidateRefused(route.service, candidate!.route.rollout, track.upstreams);
  }

  /** Who hears the call: whatever stands between the release's words and the client's. */
  #hearing(): CallListener {
    if (this.translating !== null) return this.translating.listener;
    const { provider } = this.track;
    return provider === null ? this : readingErrors(this, provider.table.errors, this.#noting());
  }

  #noting(): (kind: ErrorClass) => void {
    return (kind) => {
      this.exchange.upstreamError = kind;
    };
  }

  #tokensOf(headers: IncomingHttpHeaders): TokenMeter | null {
    return this.translating === null
      ? tokenMeter(this.via, this.track, headers, this.isStream)
      : this.translating.tokens();
  }

  /** A whole answer has come from the track that was drawn. */
  #answered(own: Outcome): void {
    const { parts, exchange, meter } = this;
    if (!isSuccess(exchange.status)) {
      parts.outcomes.noAnswer(own);
      return;
    }
    if (exchange.capture !== null) exchange.checking?.answered(exchange.capture);
    void meter?.end().then((value) => parts.outcomes.measure(own, 'cost', value, draw()));
  }

  #writeHead(): void {
    const list = this.headers!;
    this.exchange.res.writeHead(this.exchange.status, list);
    this.headers = null;
  }

  #settle(isBad: boolean): void {
    const { parts, own } = this;
    if (own === null) return;
    parts.outcomes.settle(own, 'errors', isBad);
    parts.outcomes.end(own, performance.now());
  }

  /** Its answer is not wanted; another takes its place. */
  #decline(isBad: boolean, next: LiveTrack): void {
    const { parts, exchange, track, own } = this;
    this.isDeclined = true;
    if (this.attempt !== null) this.attempt.endedAtMs = performance.now();
    this.#settle(isBad);
    if (own !== null) parts.outcomes.noAnswer(own);
    if (isBad) track.counts.failed += 1;
    track.counts.hasChanged = true;
    exchange.status = 0;
    if (exchange.outcome !== null) exchange.outcome.answeredBy = next.counts;
  }

  #discard(chunk: Buffer): void {
    this.discardedBytes += chunk.length;
    this.declinedTokens?.take(chunk, performance.now());
    if (this.discardedBytes <= DISCARDED_BYTES_AT_MOST) return;
    this.running?.abort();
    this.#settleDeclined('broken');
  }

  #settleDeclined(ending: 'refused' | 'broken'): void {
    if (!this.isOwed) return;
    this.isOwed = false;
    this.declinedTokens?.end();
    const ms = performance.now() - this.sinceMs;
    countCall(this.exchange, { of: this.track, tokens: this.declinedTokens, ending, ms, isCopy: false });
  }

  #rescue(isBad: boolean): void {
    const { parts, exchange, track } = this;
    const stable = exchange.service.stable!;
    track.counts.rescued += 1;
    exchange.isRescued = true;
    this.#decline(isBad, stable);
    answerUser(parts, exchange, stable);
  }

  /** False when there is nobody to fall back to. */
  #fallBack(isBad: boolean): boolean {
    const { parts, exchange } = this;
    const next = nextFallback(exchange, performance.now());
    if (next === null) return false;
    // What goes out now is no answer of this service to compare with.
    exchange.comparing?.stable(null);
    exchange.comparing = null;
    this.#decline(isBad, next.stable!);
    answerUser(parts, exchange, next.stable!, next);
    return true;
  }

  #fail(failure: Failure): void {
    const { parts, exchange, track, own } = this;
    if (this.attempt !== null) this.attempt.error = failure.kind;
    const isBad = !isNotReleasesFault(failure);
    const ended = exchange.call;
    const ending = isUnsent(failure) ? 'refused' : 'broken';
    // What the candidate cannot be told, stable may understand.
    if ((isBad || failure.kind === 'untranslatable') && mayBeRescued(exchange, performance.now())) {
      this.isOwed = ended !== null;
      this.#settleDeclined(ending);
      this.#rescue(isBad);
      return;
    }
    if (isBad && this.#fallBack(true)) {
      this.isOwed = ended !== null;
      this.#settleDeclined(ending);
      return;
    }
    exchange.isUnsent = isUnsent(failure);
    this.#settle(isBad);
    if (own !== null) parts.outcomes.noAnswer(own);
    exchange.comparing?.stable(null);
    exchange.tokens?.end();
    if (exchange.res.headersSent) {
      finish(parts, exchange, failure.kind === 'client-stalled' ? 'client-left' : 'truncated');
      breakOff(exchange.res);
    } else failAnswer(parts, exchange, track, failure);
  }
}
