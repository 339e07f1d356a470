import type { BatchCounts } from './batching/batches.ts';
import type { CacheCounts } from './cache/answer-caches.ts';
import type { CaptureCounts } from './capture/payload-capture.ts';
import type { AnswerCheckCounts } from './checks/answer-checks.ts';
import type { RawCounts } from './raw/raw-server.ts';

/** What a gateway process has done so far, and what it holds now. */
export interface GatewayCounts {
  /** Null where the standard transport serves. */
  readonly raw: RawCounts | null;
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
  readonly limits: {
    readonly waiting: number;
    readonly limited: number;
    readonly spent: number;
    readonly overloaded: number;
  };
  readonly payloads: CaptureCounts;
  readonly log: { readonly written: number; readonly waiting: number; readonly dropped: number };
}
