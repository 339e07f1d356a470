import type { TrafficCounts } from '../core/routing/link.ts';

/** What calls of both tracks cost, counted by the gateway processes since each of them started. */
export interface CallCosts {
  readonly candidate: TrackCost;
  /** Null: there is nothing to compare with. */
  readonly stable: TrackCost | null;
}

export interface TrackCost {
  /** Calls whose cost is known. */
  readonly calls: number;
  /** Of all of them, in nano-dollars. */
  readonly costNanos: number;
}

/** Of the release that is rolled out, and of the one it is compared with (null: none). Null: of no call the cost is known. */
export const callCostsOf = (
  traffic: readonly TrafficCounts[],
  candidate: string,
  baseline: string | null,
): CallCosts | null => {
  const of = (track: TrafficCounts['track'], release: string): TrackCost =>
    traffic
      .filter((row) => row.track === track && row.release === release)
      .reduce(
        (sum, { costed = 0, costNanos = 0 }) => ({
          calls: sum.calls + costed,
          costNanos: sum.costNanos + costNanos,
        }),
        { calls: 0, costNanos: 0 },
      );
  const costs: CallCosts = {
    candidate: of('candidate', candidate),
    stable: baseline === null ? null : of('stable', baseline),
  };
  return costs.candidate.calls + (costs.stable?.calls ?? 0) === 0 ? null : costs;
};
