import type { GuardReading } from '../evidence/guard-reading.ts';
import { stageOf } from './desired.ts';
import { PAIRED_GUARDS } from './plan.ts';
import type { LaneState, RolloutState } from './state.ts';

/**
 * What a warning leads to: failures within the first second, requests of sticky users taken one by one, or, where stable has hardly
 * any traffic, more failures than it had before. All are quick, and all may mislead: a release may fail sooner without failing
 * more, a few heavy users may look like many, and what hits both releases looks like the one that has the traffic.
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
  if (lane.stable === null || (stageOf(rollout)?.exposure.share ?? 0) === 0) return null;
  const guards = readings.filter((reading) => isHeeded(rollout, reading)).map(({ guard }) => guard);
  return guards.length === 0 ? null : { kind: 'pull', guards };
};

const isHeeded = ({ pulls }: RolloutState, { guard, pull }: GuardReading): boolean => {
  if (pull?.crossed !== true) return false;
  // Without stable traffic nothing else would ever take the candidate back: it is heeded whatever copies can show, and a person is
  // asked where they show nothing.
  if (pull.rule === 'bound') return true;
  // What a copy cannot show, a copy cannot clear: for those guards the keys alone decide.
  return pulls < PULLS_AT_MOST && PAIRED_GUARDS.some((name) => name === guard);
};
