import type { Exchange } from '../exchange.ts';
import { finish } from '../finish.ts';
import { breakOff } from '../http/break-off.ts';
import { sendProblem } from '../http/problem.ts';
import type { Parts } from '../parts.ts';

/**
 * Ends an invocation by a 500 that was taken out of a call for several and could not be sent on. The error goes to standard error, as
 * a warning of the process: thrown on, it would end what else hangs on that call.
 */
export function failInside(parts: Parts, exchange: Exchange, error: unknown): void {
  const { res } = exchange;
  process.emitWarning('a request could not be sent', {
    type: 'TidegateWarning',
    detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
  if (exchange.isFinished) return;
  // No call was made, and it is none of the release's failures.
  exchange.isSpared = true;
  exchange.status = 500;
  finish(parts, exchange, 'failed');
  if (res.headersSent) breakOff(res);
  else
    sendProblem(res, 'internal', 'The request could not be sent.', {
      'tidegate-invocation': exchange.id,
      ...(parts.isDraining ? { connection: 'close' } : {}),
    });
}
