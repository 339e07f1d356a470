import type { AssignmentReading, GuardReading } from '../core/evidence/guard-reading.ts';
import type { MetricReading } from '../core/metrics/metric-reading.ts';
import type { RolloutOrder, Served } from '../core/rollout/events.ts';
import type {
  EndedRollout,
  LaneState,
  PassedStage,
  RolloutState,
  ServedSince,
  WorkloadState,
} from '../core/rollout/state.ts';
import { type Verdict, verdictOf } from '../core/rollout/verdict.ts';
import type { TrafficCounts } from '../core/routing/link.ts';
import type { LaneKey } from './lane-key.ts';
import { type LeftOut, leftOutOf } from './left-out.ts';

/** A lane as people and programs see it. Everything shown comes from here, so that no two screens disagree. */
export interface LaneView extends LaneKey {
  /** Version of the stream, for `If-Match`. */
  readonly version: number;
  readonly gateway: string;
  readonly stable: ServedSince | null;
  readonly history: readonly ServedSince[];
  readonly rollout: RolloutView | null;
  readonly queue: readonly (Served & { readonly rollout: string })[];
  readonly workloads: readonly (WorkloadState & { readonly release: string })[];
  readonly traffic: readonly TrafficCounts[];
  readonly ended: readonly EndedRollout[];
}

export interface RolloutView {
  readonly order: RolloutOrder;
  readonly actor: string;
  readonly baseline: Served | null;
  readonly startedAtMs: number;
  readonly stage: number;
  readonly stageEnteredAtMs: number;
  readonly gates: RolloutState['gates'];
  readonly approvals: readonly string[];
  readonly paused: RolloutState['paused'];
  readonly pulled: RolloutState['pulled'];
  readonly pulls: number;
  readonly isSplitAccepted: boolean;
  readonly passed: readonly PassedStage[];
  readonly verdict: Verdict;
  readonly readings: readonly GuardReading[];
  /** Of outside metrics; empty before the first stage that exposes the candidate, and where the plan has none. */
  readonly metrics: readonly MetricReading[];
  /** Requests that no guard learned from. */
  readonly leftOut: LeftOut;
}

export const laneView = (
  key: LaneKey,
  lane: LaneState,
  gateway: string,
  readings: readonly GuardReading[],
  traffic: readonly TrafficCounts[],
  atMs: number,
  metrics: readonly MetricReading[] = [],
  assignment?: AssignmentReading,
): LaneView => ({
  ...key,
  version: lane.version,
  gateway,
  stable: lane.stable,
  history: lane.history,
  rollout:
    lane.rollout === null
      ? null
      : {
          ...lane.rollout,
          verdict: verdictOf(lane, readings, atMs, metrics, assignment),
          readings,
          metrics,
          leftOut: leftOutOf(traffic, lane.rollout.order.release, lane.rollout.baseline?.release ?? null),
        },
  queue: lane.queue.map(({ order }) => ({
    rollout: order.rollout,
    release: order.release,
    releaseVersion: order.releaseVersion,
  })),
  workloads: Object.entries(lane.workloads).map(([release, workload]) => ({ release, ...workload })),
  traffic,
  ended: lane.ended,
});
