import type { Digest } from '../core/digest.ts';
import { type DesiredWorkload, desired } from '../core/rollout/desired.ts';
import type { LaneState } from '../core/rollout/state.ts';
import type { LaneKey } from './lane-key.ts';
import type { Lanes } from './lanes.ts';
import { workloadId } from './workload-of.ts';

export interface WorkloadOwner {
  readonly key: LaneKey;
  readonly release: Digest;
}

/** A release that must run although the lane does not ask for it; null when there is none. */
export type StandIn = (lane: LaneState) => Digest | null;

export const wantedBy = (lane: LaneState, standIn: StandIn): readonly DesiredWorkload[] => {
  const { workloads } = desired(lane);
  const release = standIn(lane);
  return release === null || workloads.some((one) => one.release === release)
    ? workloads
    : [...workloads, { release, replicas: null }];
};

/** What any lane wants to run, by id. */
export const wantedWorkloads = (lanes: Lanes, standIn: StandIn): ReadonlyMap<string, WorkloadOwner> =>
  byId(lanes, (state) => wantedBy(state, standIn).map(({ release }) => release));

/** What the ledger takes for running, by id; also what an earlier process has started or taken away. */
export const recordedWorkloads = (lanes: Lanes): ReadonlyMap<string, WorkloadOwner> =>
  byId(lanes, ({ workloads }) => Object.keys(workloads) as Digest[]);

const byId = (
  lanes: Lanes,
  releasesOf: (state: LaneState) => readonly Digest[],
): ReadonlyMap<string, WorkloadOwner> =>
  new Map(
    lanes
      .all()
      .flatMap(({ key, state }) =>
        releasesOf(state).map((release) => [workloadId(key, release), { key, release }] as const),
      ),
  );
