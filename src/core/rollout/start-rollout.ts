import { accept, type Decision, refuse } from './decision.ts';
import { end, servedBy } from './end-rollout.ts';
import type { RolloutOrder } from './events.ts';
import type { LaneState } from './state.ts';

/** Begins a rollout, or queues it, or says why not. An order that is known already changes nothing. */
export const startRollout = (
  lane: LaneState,
  order: RolloutOrder,
  whenRunning: 'supersede' | 'queue' | 'refuse',
): Decision => {
  const { rollout } = lane;
  if (isKnown(lane, order.rollout)) return accept([]);
  // It was planned while the target still served, and somebody has taken that back since.
  if (order.kind === 'rollback' && lane.condemned.includes(order.release))
    return refuse('conflict', `Release ${order.releaseVersion} was taken back here meanwhile.`);
  if (rollout === null) {
    if (lane.stable?.release === order.release)
      return refuse('not-now', `Release ${order.releaseVersion} already serves here.`);
    return accept([{ type: 'rollout.started', order, baseline: servedBy(lane) }]);
  }
  if (rollout.order.release === order.release)
    return refuse('not-now', `Release ${order.releaseVersion} is already on its way here.`);
  // Going back never waits in a queue behind the thing one wants to get away from.
  switch (order.kind === 'rollback' ? 'supersede' : whenRunning) {
    case 'refuse':
      return refuse('rollout-running', `Release ${rollout.order.releaseVersion} is being rolled out here.`);
    case 'queue':
      // What is queued has its plan already, and one made without a stable release has no stages to compare in.
      return lane.stable === null
        ? refuse('rollout-running', 'The first release is still on its way; ship again when it serves.')
        : accept([{ type: 'rollout.queued', order }]);
    case 'supersede':
      return accept([
        end(rollout, 'superseded', { kind: 'superseded', by: order.rollout }),
        { type: 'rollout.started', order, baseline: servedBy(lane) },
      ]);
  }
};

const isKnown = (lane: LaneState, rollout: string): boolean =>
  lane.rollout?.order.rollout === rollout ||
  lane.queue.some(({ order }) => order.rollout === rollout) ||
  lane.ended.some(({ order }) => order.rollout === rollout);
