import type { Exchange } from '../exchange.ts';
import type { Call } from '../upstreams/call.ts';

/**
 * Where the time went until the answer began, in milliseconds (https://www.w3.org/TR/server-timing/). Figures alone: no name of a
 * service or an address. `nowMs` is monotonic.
 */
export function serverTiming(
  exchange: Exchange,
  call: Pick<Call, 'startedAtMs' | 'sentAtMs'>,
  nowMs: number,
): string {
  const { startedAtMs, answeringSinceMs } = exchange;
  const arrivedAtMs = exchange.arrivedAtMs === 0 ? startedAtMs : exchange.arrivedAtMs;
  const parts = [part('queue', startedAtMs - arrivedAtMs)];
  // What another release took that could not answer.
  if (exchange.isRescued || exchange.fallbacksTried > 0)
    parts.push(part('failed', answeringSinceMs - startedAtMs));
  const { sentAtMs = -1 } = call;
  if (sentAtMs >= 0) {
    parts.push(part('connect', sentAtMs - call.startedAtMs), part('first-byte', nowMs - sentAtMs));
  }
  parts.push(part('gateway', nowMs - arrivedAtMs));
  return parts.join(', ');
}

const part = (name: string, ms: number): string => `${name};dur=${Math.max(0, Math.round(ms * 100) / 100)}`;
