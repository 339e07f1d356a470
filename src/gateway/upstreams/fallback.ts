import { type Exchange, mayBeRepeated } from '../exchange.ts';
import type { LiveService } from '../routes/snapshot.ts';
import { canBeAsked } from '../translation/translate-request.ts';

/**
 * The next service whose stable can answer in the place of the one that was asked: nothing was sent, sending again is safe, time
 * is left. Each is given once; null when there is none any more. Fallbacks of a fallback are not followed.
 */
export function nextFallback(exchange: Exchange, nowMs: number): LiveService | null {
  const { res, service, snapshot, startedAtMs } = exchange;
  const { fallback, timeouts, protocol } = service.route;
  if (fallback === undefined || res.headersSent || res.destroyed) return null;
  if (nowMs >= startedAtMs + timeouts.totalMs || !mayBeRepeated(exchange)) return null;
  while (exchange.fallbacksTried < fallback.length) {
    const next = snapshot.services.get(fallback[exchange.fallbacksTried]!);
    exchange.fallbacksTried += 1;
    if (next === undefined || next === service || next.route.protocol !== protocol) continue;
    // One that cannot be told what the client wants is no help.
    if (next.stable !== null && next.stable.upstreams.length > 0 && canBeAsked(exchange, next)) return next;
  }
  return null;
}
