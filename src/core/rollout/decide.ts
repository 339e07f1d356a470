import type { EvaluationResult } from '../evaluation/requirement.ts';
import { MOST_ERRORS_SHARE } from '../evaluation/verdict.ts';
import { carryOut } from './carry-out.ts';
import { accept, type Decision, refuse } from './decision.ts';
import { stageOf } from './desired.ts';
import { endAndGoOn } from './end-rollout.ts';
import type { GateEvidence, LaneEvent } from './events.ts';
import { evolve } from './evolve.ts';
import type { GateOutcome, LaneInput } from './inputs.ts';
import { look } from './look.ts';
import { nameEvidence } from './name-evidence.ts';
import { startRollout } from './start-rollout.ts';
import type { LaneState, RolloutState } from './state.ts';

/**
 * What follows from an input. Total, synchronous and deterministic; everything it may depend on is in its arguments.
 * Inputs about a rollout, stage or release other than the present one are old news and change nothing.
 */
export const decide = (lane: LaneState, input: LaneInput): Decision => {
  switch (input.type) {
    case 'start':
      return startRollout(lane, input.order, input.whenRunning);
    case 'approve':
    case 'pause':
    case 'resume':
    case 'advance':
    case 'abort':
    case 'rollback':
      return lane.rollout === null
        ? refuse('not-now', 'No rollout is running here.')
        : carryOut(lane, lane.rollout, input, input.atMs, input.actor);
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
      return decided(evaluationPasses(rollout, result.result) ? 'passed' : 'failed', result);
    case 'command':
      return type === 'command' ? decided(result.exitCode === 0 ? 'passed' : 'failed', result) : [];
    case 'failure':
      return decided('failed', result);
    case 'lost':
      return decided('unknown', { kind: 'failure', detail: result.detail });
  }
};

/**
 * Where a person decides what cannot be told, an approval is waited for beside it. A policy that lets it pass by itself does not thereby let
 * pass what did not answer.
 */
const evaluationPasses = (
  rollout: RolloutState,
  { verdict, cases, errors }: Pick<EvaluationResult, 'verdict' | 'cases' | 'errors'>,
): boolean => {
  if (verdict !== 'inconclusive') return verdict === 'pass';
  switch (rollout.order.plan.evaluation?.inconclusive ?? 'fail') {
    case 'fail':
      return false;
    case 'approval':
      return true;
    case 'pass':
      return cases > 0 && errors <= MOST_ERRORS_SHARE * cases;
  }
};

const tripped = (lane: LaneState, input: Extract<LaneInput, { type: 'tripped' }>): LaneEvent[] => {
  const { rollout } = lane;
  if (rollout === null || rollout.order.rollout !== input.rollout) return [];
  const { gateway, cause, detail } = input;
  return [
    { type: 'candidate.tripped', rollout: input.rollout, gateway, cause, detail },
    ...endAndGoOn(lane, rollout, 'rolled-back', { kind: 'trip-wire', gateway, detail }),
  ];
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
