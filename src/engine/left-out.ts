import type { TrafficCounts } from '../core/routing/link.ts';

/**
 * Requests that some guard, or all of them, learned nothing from, of both tracks. Counted by the gateway processes since each of them started, for the releases
 * of a rollout: where a release was rolled out before, what was left out then is among them.
 */
export interface LeftOut {
  /** Of API keys that had failed so often that they would have decided alone; no guard counts them. */
  readonly failingKeys: number;
  /** Of moments at which sticky users had given the candidate more than its share; no guard counts them. */
  readonly atCeiling: number;
  /** The part of `atCeiling` that was drawn for the candidate and answered by stable. */
  readonly overflowed: number;
  /** Counted by the other guards, but nobody waited for feedback about them. */
  readonly unfollowed: number;
  /** Of sticky users that give no outcome of their own, because there are more than are remembered. */
  readonly unfollowedKeys: number;
  /** Of services with a cache or batches: those that were not drawn to be asked by themselves; no guard counts them. Absent: none. */
  readonly unsampled?: number;
  /** Outside the audience of the stage: stable's, and no guard counts them. Absent: none. */
  readonly outside?: number;
}

/** Of the release that is rolled out, and of the one it is compared with (null: none). */
export const leftOutOf = (
  traffic: readonly TrafficCounts[],
  candidate: string,
  baseline: string | null,
): LeftOut => {
  const rows = traffic.filter(
    ({ track, release }) =>
      (track === 'candidate' && release === candidate) || (track === 'stable' && release === baseline),
  );
  const sum = (of: (row: TrafficCounts) => number | undefined): number =>
    rows.reduce((total, row) => total + (of(row) ?? 0), 0);
  const unsampled = sum((row) => row.unsampled);
  const outside = sum((row) => row.outside);
  return {
    failingKeys: sum(({ leftOut }) => leftOut),
    atCeiling: sum(({ atCeiling }) => atCeiling),
    overflowed: sum(({ overflowed }) => overflowed),
    unfollowed: sum(({ unfollowed }) => unfollowed),
    unfollowedKeys: sum(({ unfollowedKeys }) => unfollowedKeys),
    ...(unsampled > 0 && { unsampled }),
    ...(outside > 0 && { outside }),
  };
};
