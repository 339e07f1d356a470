import type { Ending, Exchange } from './exchange.ts';
import { invocationLine } from './invocation-log/line.ts';
import type { Parts } from './parts.ts';
import { countAnswer } from './traffic.ts';

/** Counts and logs the end of an invocation. To be called once for each. */
export function finish(parts: Parts, exchange: Exchange, ending: Ending): void {
  exchange.isFinished = true;
  exchange.checking?.release();
  if (exchange.pass !== null) {
    const { tokens, pass } = exchange;
    if (tokens !== null) pass.charge({ tokens: (tokens.input ?? 0) + (tokens.output ?? 0) });
    pass.leave();
  }
  parts.inFlight -= 1;
  parts.answered += 1;
  const nowMs = performance.now();
  if (exchange.answering !== null && ending !== 'client-left') {
    const hasFailed = exchange.status >= 500 || ending === 'failed' || ending === 'truncated';
    countAnswer(exchange.answering.counts, exchange.status, hasFailed, nowMs - exchange.answeringSinceMs);
  }
  parts.invocationLog.add(invocationLine(exchange, ending, nowMs - exchange.startedAtMs));
}
