import { accept, type Decision, refuse } from './decision.ts';
import { stageOf } from './desired.ts';
import { endAndGoOn } from './end-rollout.ts';
import type { LaneEvent } from './events.ts';
import type { Command } from './inputs.ts';
import type { LaneState, RolloutState } from './state.ts';
import { evaluationsOf, waitingForGate } from './verdict.ts';

/** What a person asks of the running rollout. */
export const carryOut = (
  lane: LaneState,
  rollout: RolloutState,
  input: Exclude<Command, { type: 'start' }>,
  atMs: number,
  actor: string,
): Decision => {
  const id = rollout.order.rollout;
  switch (input.type) {
    case 'approve': {
      const stage = stageOf(rollout);
      if (stage === undefined || !stage.gates.some((gate) => gate.type === 'approval'))
        return refuse('not-now', 'Nothing waits for an approval.');
      // Nobody decides on a result before it is there, or is asked about one that is clear.
      const isConditional = stage.gates.some((gate) => gate.type === 'approval' && gate.when !== undefined);
      const isAlwaysAsked = stage.gates.some((gate) => gate.type === 'approval' && gate.when === undefined);
      const found = isConditional ? evaluationsOf(rollout, stage) : [];
      if (found.includes(null)) return refuse('not-now', 'The evaluation is not decided yet.');
      if (isConditional && !isAlwaysAsked && !found.includes('inconclusive'))
        return refuse('not-now', 'Nothing waits for an approval.');
      if (stage.name !== input.stage)
        return refuse(
          'conflict',
          `The approval names stage ${input.stage}, but the rollout is in ${stage.name}.`,
        );
      if (rollout.approvals.includes(actor))
        return refuse('not-now', `${actor} has approved this stage already.`);
      return accept([{ type: 'stage.approved', rollout: id, stage: rollout.stage, by: actor }]);
    }
    case 'pause':
      return rollout.paused === null
        ? accept([{ type: 'rollout.paused', rollout: id, cause: { kind: 'person', reason: input.reason } }])
        : refuse('not-now', 'It is paused already.');
    case 'resume':
      return rollout.paused === null
        ? refuse('not-now', 'It is not paused.')
        : accept([{ type: 'rollout.resumed', rollout: id }]);
    case 'advance':
      return advance(lane, rollout, input.reason, atMs);
    case 'abort':
      return accept(endAndGoOn(lane, rollout, 'aborted', { kind: 'person', reason: input.reason }));
    case 'rollback':
      return accept(endAndGoOn(lane, rollout, 'rolled-back', { kind: 'person', reason: input.reason }));
  }
};

/** A person takes the responsibility: what had not passed is named in the event. */
const advance = (lane: LaneState, rollout: RolloutState, reason: string | null, atMs: number): Decision => {
  const { stages } = rollout.order.plan;
  const ready = lane.workloads[rollout.order.release]?.ready ?? 0;
  if (ready === 0) return refuse('not-now', 'The candidate has no replica that is ready.');
  const stage = stageOf(rollout);
  const skipped =
    stage === undefined
      ? []
      : stage.gates.flatMap((gate, index) =>
          rollout.gates[index]?.outcome === 'passed' ||
          waitingForGate(rollout, stage, gate, [], atMs).length === 0
            ? []
            : [gate.type],
        );
  const resumed: LaneEvent[] =
    rollout.paused === null ? [] : [{ type: 'rollout.resumed', rollout: rollout.order.rollout }];
  const to = rollout.stage + 1;
  const next = stages[to];
  if (next === undefined)
    return accept([
      ...resumed,
      ...endAndGoOn(lane, rollout, 'completed', {
        kind: 'override',
        skipped,
        reason: reason ?? 'no reason given',
      }),
    ]);
  return accept([
    ...resumed,
    {
      type: 'stage.entered',
      rollout: rollout.order.rollout,
      stage: to,
      name: next.name,
      override: { skipped, reason: reason ?? 'no reason given' },
    },
  ]);
};
