import type { Exchange } from '../../exchange.ts';
import type { LiveService, LiveTrack } from '../../routes/snapshot.ts';
import { newSpanId } from '../trace-context.ts';
import type { Attempt } from './request-spans.ts';

/** A release is asked; null where nobody collects spans of the request. The release takes the attempt for its parent. */
export function beginAttempt(exchange: Exchange, track: LiveTrack, via: LiveService): Attempt | null {
  const { trace } = exchange;
  if (trace === null || trace.spans === null) return null;
  const attempt: Attempt = {
    spanId: newSpanId(),
    track,
    via,
    startedAtMs: exchange.answeringSinceMs,
    endedAtMs: null,
    status: 0,
    error: null,
    resends: 0,
  };
  trace.upstreamId = attempt.spanId;
  trace.spans.attempts.push(attempt);
  return attempt;
}
