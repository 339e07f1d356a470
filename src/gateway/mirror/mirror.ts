import type { CallFacts } from '../../core/cost/cost-of.ts';
import { type ErrorClass, isReleasesError } from '../../core/translation/error-class.ts';
import { draw } from '../assignment/draw.ts';
import { type Exchange, mayBeRepeated } from '../exchange.ts';
import { isStreamed } from '../http/is-streamed.ts';
import { isClientError } from '../outcomes/client-error.ts';
import type { Outcome } from '../outcomes/outcomes.ts';
import type { Parts } from '../parts.ts';
import { readingErrors } from '../providers/reading-errors.ts';
import type { TokenMeter } from '../providers/token-meter.ts';
import { tokenMeter } from '../providers/token-meter-of.ts';
import { countAnswer } from '../traffic.ts';
import { type TranslatingListener, translatingListener } from '../translation/translating-listener.ts';
import { type CallListener, call } from '../upstreams/call.ts';
import { isNotReleasesFault, isUnsent } from '../upstreams/failure.ts';
import { requestFor } from '../upstreams/request-for.ts';
import { countCall } from '../usage/count-call.ts';
import { captureChunk, captureHead, emptyCapture } from './captured-answer.ts';
import { beginComparing, type Comparing } from './comparing.ts';

/** Larger requests are not mirrored: they would be held in memory twice as long. */
const MIRRORED_BYTES_AT_MOST = 256 * 1024;

/** Draws whether a request that stable answers is also sent to the candidate, and queues it. Costs the user nothing. */
export function mirror(parts: Parts, exchange: Exchange, nowMs: number): void {
  const { service, body, outcome } = exchange;
  const share = parts.exposure.mirrorShareOf(service, nowMs);
  if (share === 0 || draw() >= share || !mayBeRepeated(exchange)) return;
  const bytes = Buffer.isBuffer(body) ? body.length : 0;
  if (bytes > MIRRORED_BYTES_AT_MOST) return;
  const candidate = service.candidate!;
  const cohort = outcome!.cohort;
  const shadow = parts.outcomes.prepareShadow(cohort);
  const how = candidate.route.compare;

  let comparing: Comparing | null = null;
  const isQueued = parts.mirrors.offer({
    rollout: candidate.route.rollout,
    bytes,
    send: (done) => send(parts, exchange, shadow, comparing, done),
    cancel() {
      parts.outcomes.unpair(shadow.pair!);
      comparing?.stable(null);
    },
  });
  if (!isQueued) {
    candidate.shadowCounts.mirrorDropped += 1;
    candidate.shadowCounts.hasChanged = true;
    return;
  }
  exchange.isMirrored = true;
  parts.outcomes.pairUp(outcome!, shadow);
  if (how !== null) {
    exchange.capture ??= emptyCapture();
    comparing = beginComparing(cohort, parts.cohorts, how);
    exchange.comparing = comparing;
  }
}

function send(
  parts: Parts,
  exchange: Exchange,
  shadow: Outcome,
  comparing: Comparing | null,
  done: () => void,
): void {
  const { req, service } = exchange;
  const candidate = service.candidate!;
  const counts = candidate.shadowCounts;
  const { timeouts } = service.route;
  const { rollout } = candidate.route;
  const startedAtMs = performance.now();
  const capture = emptyCapture();
  let isStream = false;
  let tokens: TokenMeter | null = null;
  let translating: TranslatingListener | null = null;
  /** The provider refused it for a reason that no client could mend. */
  let isReleasesRefusal = false;
  counts.lastAssignedAtMs = Date.now();
  parts.outcomes.startShadow(shadow, startedAtMs);

  const over = (isBad: boolean, ending: CallFacts['ending']): void => {
    const nowMs = performance.now();
    const ms = nowMs - startedAtMs;
    const of = { priced: candidate.shadowPriced, counts };
    countCall(exchange, { of, tokens, ending, ms, isCopy: true });
    parts.outcomes.settle(shadow, 'errors', isBad);
    parts.outcomes.end(shadow, nowMs);
    countAnswer(counts, capture.status, isBad, ms);
    done();
  };
  const listener: CallListener = {
    head(status, headers) {
      // As for a user: nothing that the client could mend.
      if (candidate.provider?.hasKey === true && (status === 401 || status === 403)) isReleasesRefusal = true;
      parts.outcomes.settle(shadow, 'client-errors', isClientError(status) && !isReleasesRefusal);
      isStream = isStreamed(headers);
      captureHead(capture, status, headers);
      tokens = translating?.tokens() ?? tokenMeter(service, candidate, headers, isStream);
    },
    data(chunk) {
      // As that of a user: a stream is as slow as its first chunk.
      if (isStream) parts.outcomes.settleSlowNow(shadow, performance.now());
      captureChunk(capture, chunk);
      tokens?.take(chunk, performance.now());
    },
    end() {
      tokens?.end();
      const isBad = capture.status >= 500 || isReleasesRefusal || tokens?.hasFailed === true;
      over(isBad, capture.status < 400 ? 'answered' : 'refused');
      comparing?.candidate(capture);
    },
    fail(failure) {
      tokens?.end();
      if (failure.kind === 'untranslatable') {
        parts.outcomes.settle(shadow, 'client-errors', true);
        // It was never asked, so it was neither quick nor without errors.
        parts.outcomes.unpair(shadow.pair!, ['errors', 'slow']);
      } else if (isNotReleasesFault(failure)) parts.outcomes.unpair(shadow.pair!);
      over(!isNotReleasesFault(failure), isUnsent(failure) ? 'refused' : 'broken');
      comparing?.candidate(null);
    },
    refused: () => parts.onCandidateRefused(service.route.service, rollout, candidate.upstreams),
  };
  const request = requestFor(exchange, service, candidate, true);
  if ('kind' in request) {
    listener.fail(request);
    return;
  }
  const { translation } = request;
  const { provider } = candidate;
  const noteError = (kind: ErrorClass): void => {
    isReleasesRefusal = isReleasesError(kind, provider?.hasKey === true);
  };
  if (translation !== null)
    translating = translatingListener(translation, listener, () => running.abort(), noteError);
  const running = call(
    candidate.upstreams,
    {
      method: req.method!,
      path: request.path,
      headersFor: request.headersFor,
      body: request.body,
      timeouts,
      endsAtMs: startedAtMs + timeouts.totalMs,
      expectsStream: exchange.expectsStream,
      mayRepeat: false,
      care: service.route.care ?? null,
      mayRetry: () => false,
    },
    translating?.listener ??
      (provider === null ? listener : readingErrors(listener, provider.table.errors, noteError)),
    parts.calls,
  );
}
