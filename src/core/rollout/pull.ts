import type { GuardReading } from '../evidence/guard-reading.ts';
import { stageOf } from './desired.ts';
import { PAIRED_GUARDS } from './plan.ts';
import type { LaneState, RolloutState } from './state.ts';

/**
 * What a warning leads to: failures within the first second, or requests of sticky users taken one by one. Both are quick, and
 * both may mislead: a release may fail sooner without failing more, and a few heavy users may look like many.
 */
export type PullVerdict =
  /** The candidate gets no more users; copies of stable's requests show whether the warning was right. */
  | { readonly kind: 'pull'; readonly guards: readonly string[] }
  /** The copies cleared it. */
  | { readonly kind: 'restore' };

/** So often cleared, such a warning means nothing in this rollout; the final outcomes decide alone from then on. */
const PULLS_AT_MOST = 3;

export const pullVerdict = (
  lane: LaneState,
  rollout: RolloutState,
  readings: readonly GuardReading[],
): PullVerdict | null => {
  const { pulled } = rollout;
  if (pulled !== null) {
    const isCleared = pulled.guards.every(
      (guard) => readings.find((reading) => reading.guard === guard)?.pull?.cleared === true,
    );
    return isCleared ? { kind: 'restore' } : null;
  }
  if (rollout.pulls >= PULLS_AT_MOST || lane.stable === null || (stageOf(rollout)?.exposure.share ?? 0) === 0)
    return null;
  // What a copy cannot show, a copy cannot clear: for those guards the keys alone decide.
  const guards = readings
    .filter(({ guard, pull }) => pull?.crossed === true && PAIRED_GUARDS.some((name) => name === guard))
    .map(({ guard }) => guard);
  return guards.length === 0 ? null : { kind: 'pull', guards };
};
