import type { Digest } from '../digest.ts';
import type { AssignmentReading, GuardReading } from '../evidence/guard-reading.ts';
import type { MetricReading } from '../metrics/metric-reading.ts';
import { stageOf } from './desired.ts';
import type { EndCause, GateEvidence, LaneEvent, RolloutEnded, RolloutOrder, Served } from './events.ts';
import { evolve } from './evolve.ts';
import type { Command, GateOutcome, LaneInput } from './inputs.ts';
import { nameEvidence } from './name-evidence.ts';
import type { LaneState, RolloutState } from './state.ts';
import { verdictOf, waitingForGate } from './verdict.ts';

export type Decision =
  | { readonly ok: true; readonly events: readonly LaneEvent[] }
  | { readonly ok: false; readonly refusal: Refusal };

export interface Refusal {
  readonly code: 'not-now' | 'rollout-running' | 'conflict';
  /** One sentence. */
  readonly detail: string;
}

/**
 * What follows from an input. Total, synchronous and deterministic; everything it may depend on is in its arguments.
 * Inputs about a rollout, stage or release other than the present one are old news and change nothing.
 */
export const decide = (lane: LaneState, input: LaneInput): Decision => {
  switch (input.type) {
    case 'start':
      return start(lane, input.order, input.whenRunning);
    case 'approve':
    case 'pause':
    case 'resume':
    case 'advance':
    case 'abort':
    case 'rollback':
      return lane.rollout === null
        ? refuse('not-now', 'No rollout is running here.')
        : command(lane, lane.rollout, input, input.atMs, input.actor);
    case 'workload':
      return accept(workloadChanges(lane, input));
    case 'gate-opening':
      return accept(
        isPresent(lane, input) && lane.rollout?.gates[input.gate] === undefined
          ? [{ type: 'gate.opened', rollout: input.rollout, stage: input.stage, gate: input.gate }]
          : [],
      );
    case 'gate-outcome':
      return accept(gateDecided(lane, input));
    case 'tripped':
      return accept(tripped(lane, input));
    case 'look':
      return accept(
        isOfPresentStage(lane, input)
          ? nameEvidence(
              look(lane, input.readings, input.atMs, input.metrics, input.assignment),
              input.evidenceDigest,
            )
          : look(lane, [], input.atMs),
      );
  }
};

const accept = (events: readonly LaneEvent[]): Decision => ({ ok: true, events });
const refuse = (code: Refusal['code'], detail: string): Decision => ({
  ok: false,
  refusal: { code, detail },
});

const start = (
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

const servedBy = ({ stable }: LaneState): Served | null =>
  stable === null ? null : { release: stable.release, releaseVersion: stable.releaseVersion };

const isKnown = (lane: LaneState, rollout: string): boolean =>
  lane.rollout?.order.rollout === rollout ||
  lane.queue.some(({ order }) => order.rollout === rollout) ||
  lane.ended.some(({ order }) => order.rollout === rollout);

const end = (rollout: RolloutState, outcome: RolloutEnded['outcome'], cause: EndCause): LaneEvent => ({
  type: 'rollout.ended',
  rollout: rollout.order.rollout,
  release: rollout.order.release,
  outcome,
  cause,
});

/** Ends the running rollout and starts the next one in the queue that is still worth it. */
const endAndGoOn = (
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
const startNext = (
  queue: LaneState['queue'],
  baseline: Served | null,
  condemned: readonly Digest[],
): LaneEvent[] => {
  const next = queue.find(
    ({ order }) => order.release !== baseline?.release && !condemned.includes(order.release),
  );
  return next === undefined ? [] : [{ type: 'rollout.started', order: next.order, baseline }];
};

const command = (
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

const workloadChanges = (lane: LaneState, input: Extract<LaneInput, { type: 'workload' }>): LaneEvent[] => {
  const { release, addresses, ready, wanted, failure } = input;
  const known = lane.workloads[release];
  const same =
    known === undefined
      ? wanted === 0
      : known.ready === ready &&
        known.wanted === wanted &&
        known.failure === failure &&
        known.addresses.length === addresses.length &&
        known.addresses.every((address, index) => address === addresses[index]);
  return same ? [] : [{ type: 'workload.observed', release, addresses, ready, wanted, failure }];
};

/** Evidence is gathered for each stage anew; what was read in one stage must not open the gate of the next. */
const isOfPresentStage = (lane: LaneState, about: { rollout: string | null; stage: number }): boolean =>
  lane.rollout?.order.rollout === about.rollout && lane.rollout?.stage === about.stage;

/** Is this about the stage the rollout is in now? */
const isPresent = (lane: LaneState, about: { rollout: string; stage: number; gate: number }): boolean =>
  lane.rollout?.order.rollout === about.rollout &&
  lane.rollout.stage === about.stage &&
  stageOf(lane.rollout)?.gates[about.gate] !== undefined;

const gateDecided = (lane: LaneState, input: GateOutcome): LaneEvent[] => {
  const { rollout } = lane;
  if (rollout === null || !isPresent(lane, input) || rollout.order.release !== input.release) return [];
  if (rollout.gates[input.gate]?.outcome != null) return [];
  const type = stageOf(rollout)?.gates[input.gate]?.type;
  const { result } = input;
  const about = { rollout: input.rollout, release: input.release, stage: input.stage, gate: input.gate };
  const decided = (outcome: 'passed' | 'failed' | 'unknown', evidence: GateEvidence): LaneEvent[] => [
    { type: 'gate.decided', ...about, outcome, evidence },
  ];
  switch (result.kind) {
    case 'evaluation':
      if (type !== 'evaluation') return [];
      return decided(evaluationPasses(rollout, result.result.verdict) ? 'passed' : 'failed', result);
    case 'command':
      return type === 'command' ? decided(result.exitCode === 0 ? 'passed' : 'failed', result) : [];
    case 'failure':
      return decided('failed', result);
    case 'lost':
      return decided('unknown', { kind: 'failure', detail: result.detail });
  }
};

const evaluationPasses = (rollout: RolloutState, verdict: 'pass' | 'fail' | 'inconclusive'): boolean =>
  verdict === 'pass' ||
  (verdict === 'inconclusive' && rollout.order.plan.evaluation?.inconclusive === 'pass');

const tripped = (lane: LaneState, input: Extract<LaneInput, { type: 'tripped' }>): LaneEvent[] => {
  const { rollout } = lane;
  if (rollout === null || rollout.order.rollout !== input.rollout) return [];
  const { gateway, cause, detail } = input;
  return [
    { type: 'candidate.tripped', rollout: input.rollout, gateway, cause, detail },
    ...endAndGoOn(lane, rollout, 'rolled-back', { kind: 'trip-wire', gateway, detail }),
  ];
};

/** Gates that pass now are recorded even while others hold the stage; then the verdict is carried out. */
const look = (
  lane: LaneState,
  readings: readonly GuardReading[],
  atMs: number,
  metrics: readonly MetricReading[] = [],
  assignment?: AssignmentReading,
): LaneEvent[] => {
  const { rollout } = lane;
  if (rollout === null) {
    return startNext(lane.queue, servedBy(lane), lane.condemned);
  }
  const verdict = verdictOf(lane, readings, atMs, metrics, assignment);
  const id = rollout.order.rollout;
  switch (verdict.kind) {
    case 'idle':
      return [];
    case 'end':
      return endAndGoOn(lane, rollout, verdict.outcome, verdict.cause);
    case 'pull': {
      const { guards } = verdict;
      return [{ type: 'candidate.pulled', rollout: id, stage: rollout.stage, guards, readings }];
    }
    case 'restore':
      return [{ type: 'candidate.restored', rollout: id, stage: rollout.stage, readings }];
    case 'pause':
      return verdict.already ? [] : [{ type: 'rollout.paused', rollout: id, cause: verdict.cause }];
    case 'hold':
      return passingGates(rollout, readings, atMs, metrics);
    case 'advance': {
      const name = rollout.order.plan.stages[verdict.to]?.name ?? String(verdict.to);
      return [
        ...passingGates(rollout, readings, atMs, metrics),
        { type: 'stage.entered', rollout: id, stage: verdict.to, name, override: null },
      ];
    }
    case 'complete':
      return [
        ...passingGates(rollout, readings, atMs, metrics),
        ...endAndGoOn(lane, rollout, 'completed', { kind: 'completed' }),
      ];
  }
};

const passingGates = (
  rollout: RolloutState,
  readings: readonly GuardReading[],
  atMs: number,
  metrics: readonly MetricReading[],
): LaneEvent[] => {
  const stage = stageOf(rollout);
  if (stage === undefined) return [];
  return stage.gates.flatMap((gate, index): LaneEvent[] => {
    if (rollout.gates[index]?.outcome === 'passed') return [];
    if (waitingForGate(rollout, stage, gate, readings, atMs, metrics).length > 0) return [];
    const evidence = evidenceFor(rollout, gate, readings, metrics);
    if (evidence === null) return [];
    const { rollout: id, release } = rollout.order;
    return [
      {
        type: 'gate.decided',
        rollout: id,
        release,
        stage: rollout.stage,
        gate: index,
        outcome: 'passed',
        evidence,
      },
    ];
  });
};

const evidenceFor = (
  rollout: RolloutState,
  gate: { readonly type: string; readonly durationMs?: number },
  readings: readonly GuardReading[],
  metrics: readonly MetricReading[],
): GateEvidence | null => {
  const more = metrics.length === 0 ? {} : { metrics };
  switch (gate.type) {
    case 'evidence':
      return { kind: 'evidence', readings, ...more };
    case 'approval':
      return { kind: 'approval', by: rollout.approvals };
    case 'soak':
      return { kind: 'soak', durationMs: gate.durationMs ?? 0, ...more };
    default:
      return null;
  }
};

/** Folds events that are about to be recorded, to see where they would lead. */
export const preview = (
  lane: LaneState,
  events: readonly LaneEvent[],
  atMs: number,
  actor: string,
): LaneState =>
  events.reduce(
    (state, event, index) => evolve(state, { event, atMs, actor, seq: lane.seq + index + 1 }),
    lane,
  );
