import type { Reply } from '../http/message.ts';
import { sendProblem } from '../http/problem.ts';
import type { Admitted } from './admission.ts';

/** Tells a client which limit it has met and when to come again (whole seconds, at least one). */
export function sendRefusal(res: Reply, refused: Exclude<Admitted, { kind: 'pass' }>): void {
  if (refused.kind === 'overloaded') {
    sendProblem(
      res,
      'overloaded',
      `The limit "${refused.limit}" is reached, and the queue before it as well.`,
    );
    return;
  }
  if (refused.kind === 'spent') {
    // Clients that repeat a 429 by themselves would do so for the rest of the month.
    sendProblem(res, 'budget-spent', `The budget "${refused.limit}" is spent.`, {
      'retry-after': String(Math.max(1, Math.ceil(refused.retryMs / 1000))),
    });
    return;
  }
  const seconds = Math.min(Math.max(1, Math.ceil(refused.retryMs / 1000)), LONGEST_SECONDS);
  sendProblem(res, 'rate-limited', `The limit "${refused.limit}" is used up.`, {
    'retry-after': String(seconds),
  });
}

/** A limit of a burst below what one request takes is never met; a day is as long as anybody waits. */
const LONGEST_SECONDS = 86_400;
