import type { Digest } from '../core/digest.ts';
import { rollbackTarget } from '../core/rollout/rollback-target.ts';
import type { LaneState } from '../core/rollout/state.ts';

/**
 * Did this rollout become stable although its exposure had been cut? Its completion was on the way to the ledger when
 * somebody took it back.
 */
export const isCompletedAfterCut = ({ stable }: LaneState, cut: ReadonlySet<string>): boolean =>
  stable !== null && cut.has(stable.rollout);

/** Who serves in its place until the way back is recorded: the release that the way back leads to. Null: nobody, or no need. */
export const standInFor = (
  lane: LaneState,
  cut: ReadonlySet<string>,
): { readonly release: Digest; readonly releaseVersion: string } | null =>
  isCompletedAfterCut(lane, cut) ? rollbackTarget(lane) : null;
