import type { Digest } from '../../core/digest.ts';
import {
  absorb,
  beginPull,
  type CohortUpdate,
  endPull,
  type GuardReading,
  openEvidence,
  readAssignment,
  readGuards,
} from '../../core/evidence/rollout-evidence.ts';
import { decide } from '../../core/rollout/decide.ts';
import { desired, stageOf } from '../../core/rollout/desired.ts';
import type { LaneEvent, RolloutOrder } from '../../core/rollout/events.ts';
import { evolve } from '../../core/rollout/evolve.ts';
import type { GateOutcome, LaneInput } from '../../core/rollout/inputs.ts';
import type { Plan } from '../../core/rollout/plan.ts';
import { emptyLane, type LaneState } from '../../core/rollout/state.ts';
import { evidenceSpecOf } from '../../engine/evidence-spec-of.ts';
import type { Look } from './decider.ts';

/** The engine's part of one rollout: production rules over a lane, without ports. */
export interface ConductedRollout {
  /** -1 before the first stage. */
  stage(): number;
  candidateShare(): number;
  mirrorShare(): number;
  absorb(update: CohortUpdate): void;
  /** Reads the guards and carries out what follows. */
  look(atMs: number): Look;
  /** Those of the last look. */
  readings(): readonly GuardReading[];
  /** What serves, what waits, how it ended: as the ledger would fold it. */
  lane(): LaneState;
}

const stableRelease: Digest = `sha256:${'0'.repeat(64)}`;
const candidateRelease: Digest = `sha256:${'1'.repeat(64)}`;
const rollout = 'ro_simulated';

/**
 * Starts a rollout at time 0 with its replicas ready. Evaluations and commands pass at once and people approve at once: what
 * is simulated is the traffic. Throws a RangeError for a plan no evidence can be opened for.
 */
export const conductRollout = (plan: Plan): ConductedRollout => {
  const evidence = openEvidence(evidenceSpecOf(plan));
  let lane = laneWith(plan);
  let readings: readonly GuardReading[] = [];
  let exposed = desired(lane).route.candidate;

  const send = (input: LaneInput): readonly LaneEvent[] => {
    const decision = decide(lane, input);
    // People who approve twice are refused, for instance. Nothing here asks for anything that matters when refused.
    if (!decision.ok || decision.events.length === 0) return [];
    const before = lane.rollout?.pulled ?? null;
    for (const event of decision.events)
      lane = evolve(lane, { event, atMs: input.atMs, actor: input.actor, seq: lane.seq + 1 });
    const after = lane.rollout?.pulled ?? null;
    if (after !== null) beginPull(evidence, after.episode);
    else if (before !== null) endPull(evidence, before.episode);
    exposed = desired(lane).route.candidate;
    return decision.events;
  };

  const look = (atMs: number): Look => {
    passPreparations(lane, atMs, send);
    const stage = lane.rollout?.stage ?? -1;
    readings = stage < 0 ? [] : readGuards(evidence, stage, { forecasts: false });
    const assignment = readAssignment(evidence);
    return lookOf(
      send({ type: 'look', rollout, stage, readings, assignment, atMs, actor: 'tidegate' }),
      lane,
    );
  };

  // Everything before the first exposure takes no traffic, so no time is simulated for it.
  for (let left = plan.stages.length + 1; left > 0 && exposed === null; left -= 1)
    if (look(0) !== 'advance') break;

  return {
    stage: () => lane.rollout?.stage ?? -1,
    candidateShare: () => exposed?.share ?? 0,
    mirrorShare: () => exposed?.mirrorShare ?? 0,
    absorb: (update) => absorb(evidence, update),
    look,
    readings: () => readings,
    lane: () => lane,
  };
};

const laneWith = (plan: Plan): LaneState => {
  const order: RolloutOrder = {
    rollout,
    kind: 'ship',
    release: candidateRelease,
    releaseVersion: '2.0.0',
    plan,
    salt: 'simulated',
    origin: null,
    slow: { limitMs: 1_000, from: 'default' },
    reason: null,
  };
  const serving = { release: stableRelease, releaseVersion: '1.0.0', sinceMs: 0, rollout: 'ro_before' };
  const workload = {
    addresses: ['http://127.0.0.1:1'],
    ready: Number.MAX_SAFE_INTEGER,
    wanted: 1,
    failure: null,
  };
  const before: LaneState = {
    ...emptyLane,
    stable: serving,
    workloads: { [stableRelease]: workload, [candidateRelease]: workload },
  };
  const started: LaneEvent = { type: 'rollout.started', order, baseline: serving };
  return evolve(before, { event: started, atMs: 0, actor: 'tidegate', seq: 1 });
};

const passPreparations = (
  lane: LaneState,
  atMs: number,
  send: (input: LaneInput) => readonly LaneEvent[],
): void => {
  const { rollout: running } = lane;
  if (running === null) return;
  for (const { work, stage, gate } of desired(lane).jobs) {
    const result: GateOutcome['result'] =
      work.type === 'command'
        ? { kind: 'command', exitCode: 0, output: '' }
        : { kind: 'evaluation', result: passedEvaluation };
    send({
      type: 'gate-outcome',
      rollout,
      release: candidateRelease,
      stage,
      gate,
      result,
      atMs,
      actor: 'tidegate',
    });
  }
  const stage = stageOf(running);
  for (const gate of stage?.gates ?? [])
    for (let n = 1; gate.type === 'approval' && n <= gate.approvals; n += 1)
      send({ type: 'approve', stage: stage!.name, atMs, actor: `person ${n}` });
};

const passedEvaluation = {
  verdict: 'pass',
  golden: 'simulated',
  cases: 0,
  errors: 0,
  metrics: [],
  requirements: [],
  comparedWith: null,
  notes: [],
} as const;

const lookOf = (events: readonly LaneEvent[], lane: LaneState): Look => {
  const ended = events.find((event) => event.type === 'rollout.ended');
  if (ended !== undefined) return ended.outcome === 'completed' ? 'complete' : 'rollback';
  if (lane.rollout !== null && lane.rollout.paused !== null) return 'pause';
  return events.some((event) => event.type === 'stage.entered') ? 'advance' : 'hold';
};
