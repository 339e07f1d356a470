import type { BatchCounts } from './batching/batches.ts';
import type { CacheCounts } from './cache/answer-caches.ts';
import type { AnswerCheckCounts } from './checks/answer-checks.ts';

/** What a gateway process has done so far, and what it holds now. */
export interface GatewayCounts {
  /** Invocations that have ended; `logged + logWaiting + logDropped`, feedback lines aside. */
  readonly answered: number;
  readonly inFlight: number;
  readonly calls: number;
  readonly mirrorsWaiting: number;
  readonly cohortsRetained: number;
  readonly followed: number;
  readonly checks: AnswerCheckCounts;
  readonly cache: CacheCounts;
  readonly batches: BatchCounts;
  readonly limits: { readonly waiting: number; readonly limited: number; readonly overloaded: number };
  readonly log: { readonly written: number; readonly waiting: number; readonly dropped: number };
}
