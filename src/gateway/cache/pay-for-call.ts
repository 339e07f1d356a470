import type { Exchange } from '../exchange.ts';
import { countCall } from '../usage/count-call.ts';

/** Counts what a call for several has used so far for one of them that gets nothing of it, and makes a call of its own after it. */
export function payForCall(exchange: Exchange, shared: Exchange): void {
  const { answering, call, tokens, isUnsent, answeringSinceMs, batchedWith } = shared;
  exchange.costNanos = shared.costNanos;
  exchange.isCostPartly = shared.isCostPartly;
  if (answering === null || call === null) return;
  tokens?.end();
  countCall(exchange, {
    of: answering,
    tokens,
    ending: isUnsent ? 'refused' : 'broken',
    ms: (performance.now() - answeringSinceMs) / Math.max(1, batchedWith),
    isCopy: false,
  });
}
