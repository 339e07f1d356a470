import type { Exchange } from './exchange.ts';
import { finish } from './finish.ts';
import type { Parts } from './parts.ts';

/** Ends an exchange in which something threw, so that it holds no place, no call and no count any longer. Its answer is up to the caller. */
export function giveUp(parts: Parts, exchange: Exchange): void {
  if (exchange.isFinished) return;
  exchange.call?.abort();
  if (exchange.startedAtMs === 0) {
    exchange.pass?.leave();
    return;
  }
  if (exchange.status === 0) exchange.status = 500;
  finish(parts, exchange, 'failed');
}
