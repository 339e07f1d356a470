/**
 * Keeps second attempts to a share of the requests: without it, a service in trouble would get the more requests the worse
 * it is. Changed in place. (A token bucket filled by requests, as in Finagle's RetryBudget.)
 */
export interface RetryBudget {
  tokens: number;
  filledAtMs: number;
}

/** So many second attempts are possible at once. */
const MOST_TOKENS = 20;
/** Where there are few requests, a share of them would never come to one. */
const TOKENS_A_SECOND = 0.5;

export const openRetryBudget = (nowMs: number): RetryBudget => ({
  tokens: MOST_TOKENS / 2,
  filledAtMs: nowMs,
});

/** A request is sent for the first time. `share` from 0 to 1. */
export function earnRetries(budget: RetryBudget, share: number): void {
  budget.tokens = Math.min(MOST_TOKENS, budget.tokens + share);
}

/** Takes one attempt out of the budget; false when there is none in it. */
export function spendRetry(budget: RetryBudget, nowMs: number): boolean {
  const tokens = budget.tokens + (Math.max(0, nowMs - budget.filledAtMs) / 1000) * TOKENS_A_SECOND;
  budget.tokens = Math.min(MOST_TOKENS, tokens);
  budget.filledAtMs = nowMs;
  if (budget.tokens < 1) return false;
  budget.tokens -= 1;
  return true;
}
