import type { Digest } from '../digest.ts';
import type { EndCause, LaneEvent, RolloutEnded, Served } from './events.ts';
import type { LaneState, RolloutState } from './state.ts';

/** The end of a rollout and nothing after it. */
export const end = (rollout: RolloutState, outcome: RolloutEnded['outcome'], cause: EndCause): LaneEvent => ({
  type: 'rollout.ended',
  rollout: rollout.order.rollout,
  release: rollout.order.release,
  outcome,
  cause,
});

/** Ends the running rollout and starts the next one in the queue that is still worth it. */
export const endAndGoOn = (
  lane: LaneState,
  rollout: RolloutState,
  outcome: RolloutEnded['outcome'],
  cause: EndCause,
): LaneEvent[] => {
  const { release, releaseVersion } = rollout.order;
  const isStable = outcome === 'completed';
  const baseline = isStable ? { release, releaseVersion } : servedBy(lane);
  // Going back is not followed by going forward unless somebody asks.
  const queue = rollout.order.kind === 'rollback' ? [] : lane.queue;
  const condemned = isStable ? lane.condemned : [...lane.condemned, release];
  return [end(rollout, outcome, cause), ...startNext(queue, baseline, condemned)];
};

/** The oldest order whose release neither serves already nor was taken back since it was queued. */
export const startNext = (
  queue: LaneState['queue'],
  baseline: Served | null,
  condemned: readonly Digest[],
): LaneEvent[] => {
  const next = queue.find(
    ({ order }) => order.release !== baseline?.release && !condemned.includes(order.release),
  );
  return next === undefined ? [] : [{ type: 'rollout.started', order: next.order, baseline }];
};

export const servedBy = ({ stable }: LaneState): Served | null =>
  stable === null ? null : { release: stable.release, releaseVersion: stable.releaseVersion };
