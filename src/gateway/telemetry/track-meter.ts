import type { Ending, Exchange } from '../exchange.ts';
import type { LiveTrack } from '../routes/snapshot.ts';
import { type Histogram, observe, openHistogram } from './histogram.ts';
import { modelOf, providerName } from './model-of.ts';
import { type Operation, operationOf } from './operation.ts';
import { type OperationMeter, openOperationMeter } from './operation-meter.ts';

export const ENDINGS: readonly Ending[] = ['complete', 'refused', 'failed', 'truncated', 'client-left'];
/** By the first digit; the first stands for everything that is no status. */
export const STATUS_CLASSES = ['none', '1xx', '2xx', '3xx', '4xx', '5xx'] as const;

/** Seconds. */
const DURATION_BOUNDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120,
] as const;

/** What is counted of one release on one track beyond what evidence and status need. Since the boot of the process. */
export interface TrackMeter {
  /** By ending, and within it by class of the status. */
  readonly requests: Float64Array;
  readonly duration: Histogram;
  /** Second attempts at another address of the release. */
  retries: number;
  /** Requests of this track that another service answered in the end. */
  fallbacks: number;
  /** Requests in which a model was asked to do something, by what; filled as they come. */
  readonly operations: Partial<Record<Operation, OperationMeter>>;
}

export const openTrackMeter = (): TrackMeter => ({
  requests: new Float64Array(ENDINGS.length * STATUS_CLASSES.length),
  duration: openHistogram(DURATION_BOUNDS),
  retries: 0,
  fallbacks: 0,
  operations: {},
});

/** Counts the end of an invocation for the release that answered it. Times are milliseconds. */
export function meterRequest(exchange: Exchange, ending: Ending, ms: number, nowMs: number): void {
  const { assigned, service, via, status } = exchange;
  const answering = exchange.answering ?? assigned;
  if (answering === null) return;
  const { meter } = answering.counts;
  const statusClass = status >= 100 && status < 600 ? Math.floor(status / 100) : 0;
  meter.requests[ENDINGS.indexOf(ending) * STATUS_CLASSES.length + statusClass]! += 1;
  observe(meter.duration, ms / 1000);
  if (via !== service && assigned !== null) assigned.counts.meter.fallbacks += 1;
  if (via.route.protocol === 'openai' && !exchange.isSpared)
    meterOperation(answering, exchange, ending, nowMs);
}

function meterOperation(track: LiveTrack, exchange: Exchange, ending: Ending, nowMs: number): void {
  const { tokens, answeringSinceMs, status, via } = exchange;
  const { meter } = track.counts;
  if (exchange.isSpared) return;
  const operation = operationOf(exchange.path);
  // An answer that nobody waited for says nothing of how long the model takes.
  if (operation === null || ending === 'client-left') return;
  meter.operations[operation] ??= openOperationMeter(providerName(track), modelOf(track, via.route.service));
  const own = meter.operations[operation];
  const outcome =
    ending === 'truncated'
      ? 'broken'
      : status >= 500 || ending === 'failed'
        ? '5xx'
        : status >= 400
          ? '4xx'
          : 'good';
  observe(own.durations[outcome], (nowMs - answeringSinceMs) / 1000);
  if (tokens === null) return;
  if (tokens.input !== null) observe(own.inputTokens, tokens.input);
  if (tokens.output !== null) observe(own.outputTokens, tokens.output);
  if (tokens.firstTokenAtMs !== null)
    observe(own.firstToken, (tokens.firstTokenAtMs - answeringSinceMs) / 1000);
}
