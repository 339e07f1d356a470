import type { Digest } from '../digest.ts';
import type { LaneEvent, Recorded, RolloutEnded, StageEntered } from './events.ts';
import {
  type EndedRollout,
  type GateState,
  keptRollouts,
  type LaneState,
  type RolloutState,
} from './state.ts';

/** Folds one recorded event into the state. Total: an event about another rollout than the running one changes nothing. */
export const evolve = (lane: LaneState, recorded: Recorded<LaneEvent>): LaneState => ({
  ...apply(lane, recorded),
  version: lane.version + 1,
  seq: recorded.seq,
});

const apply = (lane: LaneState, { event, atMs, actor }: Recorded<LaneEvent>): LaneState => {
  switch (event.type) {
    case 'rollout.queued':
      return { ...lane, queue: [...lane.queue, { order: event.order, actor }] };
    case 'rollout.started':
      return {
        ...lane,
        // Who goes back does not want what was waiting to go forward.
        queue:
          event.order.kind === 'rollback'
            ? []
            : lane.queue.filter(({ order }) => order.rollout !== event.order.rollout),
        workloads: withoutFailure(lane.workloads, event.order.release),
        rollout: {
          order: event.order,
          actor,
          baseline: event.baseline,
          startedAtMs: atMs,
          stage: -1,
          stageEnteredAtMs: atMs,
          gates: {},
          approvals: [],
          paused: null,
          pulled: null,
          pulls: 0,
          isSplitAccepted: false,
          passed: [],
        },
      };
    case 'workload.observed': {
      const { release, addresses, ready, wanted, failure } = event;
      if (wanted === 0) {
        const { [release]: _gone, ...workloads } = lane.workloads;
        return { ...lane, workloads };
      }
      return { ...lane, workloads: { ...lane.workloads, [release]: { addresses, ready, wanted, failure } } };
    }
    case 'rollout.ended':
      return lane.rollout?.order.rollout === event.rollout
        ? endRollout(lane, lane.rollout, event, atMs, actor)
        : lane;
    default:
      return lane.rollout?.order.rollout === event.rollout
        ? { ...lane, rollout: applyToRollout(lane.rollout, event, atMs, actor) }
        : lane;
  }
};

/** Why a release could not run the last time says nothing about this time. */
const withoutFailure = (workloads: LaneState['workloads'], release: Digest): LaneState['workloads'] => {
  const known = workloads[release];
  return known === undefined ? workloads : { ...workloads, [release]: { ...known, failure: null } };
};

type RolloutEvent = Exclude<
  LaneEvent,
  { type: 'rollout.queued' | 'rollout.started' | 'workload.observed' | 'rollout.ended' }
>;

const applyToRollout = (
  rollout: RolloutState,
  event: RolloutEvent,
  atMs: number,
  actor: string,
): RolloutState => {
  switch (event.type) {
    case 'stage.entered':
      return enterStage(rollout, event, atMs);
    case 'gate.opened':
      return setGate(rollout, event, { openedAtMs: atMs, outcome: null, evidence: null });
    case 'gate.decided':
      return setGate(rollout, event, {
        openedAtMs: rollout.gates[event.gate]?.openedAtMs ?? null,
        outcome: event.outcome,
        evidence: event.evidence,
      });
    case 'stage.approved':
      return event.stage === rollout.stage
        ? { ...rollout, approvals: [...rollout.approvals, event.by] }
        : rollout;
    case 'rollout.paused':
      return { ...rollout, paused: { cause: event.cause, atMs, by: actor } };
    case 'rollout.resumed':
      return resume(rollout, atMs);
    case 'candidate.tripped':
      return rollout;
    case 'candidate.pulled': {
      const episode = rollout.pulls + 1;
      return { ...rollout, pulls: episode, pulled: { episode, atMs, guards: event.guards } };
    }
    case 'candidate.restored':
      return { ...rollout, pulled: null, stageEnteredAtMs: atMs };
  }
};

const enterStage = (rollout: RolloutState, event: StageEntered, atMs: number): RolloutState => ({
  ...rollout,
  stage: event.stage,
  stageEnteredAtMs: atMs,
  gates: {},
  approvals: [],
  pulled: null,
  passed:
    rollout.stage < 0
      ? rollout.passed
      : [
          ...rollout.passed,
          {
            stage: rollout.stage,
            enteredAtMs: rollout.stageEnteredAtMs,
            leftAtMs: atMs,
            gates: rollout.gates,
          },
        ],
});

const setGate = (
  rollout: RolloutState,
  at: { stage: number; gate: number },
  gate: GateState,
): RolloutState =>
  at.stage === rollout.stage ? { ...rollout, gates: { ...rollout.gates, [at.gate]: gate } } : rollout;

/** The clock of the stage starts anew, and a gate whose outcome nobody knows is tried again. */
const resume = (rollout: RolloutState, atMs: number): RolloutState => ({
  ...rollout,
  paused: null,
  isSplitAccepted: rollout.isSplitAccepted || rollout.paused?.cause.kind === 'sample-ratio',
  stageEnteredAtMs: rollout.paused?.cause.kind === 'person' ? rollout.stageEnteredAtMs : atMs,
  gates: Object.fromEntries(Object.entries(rollout.gates).filter(([, gate]) => gate.outcome !== 'unknown')),
});

const endRollout = (
  lane: LaneState,
  rollout: RolloutState,
  event: RolloutEnded,
  atMs: number,
  actor: string,
): LaneState => {
  const { release, releaseVersion } = rollout.order;
  const ended: EndedRollout = {
    order: rollout.order,
    actor: rollout.actor,
    baseline: rollout.baseline,
    startedAtMs: rollout.startedAtMs,
    endedAtMs: atMs,
    stage: rollout.stage,
    outcome: event.outcome,
    cause: event.cause,
    endedBy: actor,
    passed: rollout.passed,
  };
  const base = { ...lane, rollout: null, ended: [ended, ...lane.ended].slice(0, keptRollouts) };
  switch (event.outcome) {
    case 'completed': {
      const stable = { release, releaseVersion, sinceMs: atMs, rollout: rollout.order.rollout };
      return {
        ...base,
        stable,
        history: lane.stable === null ? lane.history : [lane.stable, ...lane.history].slice(0, keptRollouts),
        // A release that was taken back and has now earned its place is a fair target again; the one a person left is not.
        condemned: [
          ...lane.condemned.filter((digest) => digest !== release),
          ...(rollout.order.kind === 'rollback' && lane.stable !== null ? [lane.stable.release] : []),
        ],
      };
    }
    case 'rolled-back':
    case 'aborted':
    case 'rejected':
      return lane.stable?.release === release
        ? base
        : { ...base, condemned: [...lane.condemned.filter((digest) => digest !== release), release] };
    case 'superseded':
      return base;
  }
};
