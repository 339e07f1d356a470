import type { CallFacts } from '../core/cost/cost-of.ts';
import type { Ending, Exchange } from './exchange.ts';
import { invocationLine } from './invocation-log/line.ts';
import type { Parts } from './parts.ts';
import { spansOf } from './telemetry/spans/spans-of.ts';
import { meterRequest } from './telemetry/track-meter.ts';
import { countAnswer } from './traffic.ts';
import { countCall } from './usage/count-call.ts';

/** Counts and logs the end of an invocation. To be called once for each. */
export function finish(parts: Parts, exchange: Exchange, ending: Ending): void {
  if (exchange.keeping !== null) exchange.keeping.letGo();
  if (exchange.onOver !== null) {
    exchange.onOver(ending);
    return;
  }
  exchange.isFinished = true;
  exchange.checking?.release();
  const nowMs = performance.now();
  // Without a call the answer is the gateway's own.
  if (exchange.answering !== null && exchange.call !== null && !exchange.isSpared)
    countCall(exchange, {
      of: exchange.answering,
      tokens: exchange.tokens,
      ending: callEnding(exchange, ending),
      // Those that went out as one share its time.
      ms: (nowMs - exchange.answeringSinceMs) / Math.max(1, exchange.batchedWith),
      isCopy: false,
    });
  exchange.pass?.leave();
  parts.inFlight -= 1;
  parts.answered += 1;
  if (exchange.answering !== null && ending !== 'client-left' && !exchange.isSpared) {
    const hasFailed = exchange.status >= 500 || ending === 'failed' || ending === 'truncated';
    countAnswer(exchange.answering.counts, exchange.status, hasFailed, nowMs - exchange.answeringSinceMs);
  }
  if (exchange.trace?.spans != null)
    parts.tracing.spans?.add(spansOf(exchange, exchange.trace, ending, nowMs));
  meterRequest(exchange, ending, nowMs - exchange.startedAtMs, nowMs);
  parts.invocationLog.add(invocationLine(exchange, ending, nowMs - exchange.startedAtMs));
  if (exchange.service.route.capture !== undefined) parts.payloads.take(exchange, ending);
}

function callEnding({ status, isUnsent }: Exchange, ending: Ending): CallFacts['ending'] {
  if (ending === 'complete') return status < 400 ? 'answered' : 'refused';
  return isUnsent ? 'refused' : 'broken';
}
