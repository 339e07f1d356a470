import type { GuardReading } from '../../core/evidence/rollout-evidence.ts';
import type { Plan } from '../../core/rollout/plan.ts';
import type { LaneState } from '../../core/rollout/state.ts';
import { verdictOf, type Waiting } from '../../core/rollout/verdict.ts';
import type { ConductedRollout } from '../world/conduct-rollout.ts';
import { runSlices } from '../world/run-slices.ts';
import { type Assumptions, assumedWorld, type Worse } from './assumptions.ts';
import type { WaitsFor } from './prediction.ts';

/** Longest rollout that is simulated. */
export const HORIZON_MS = 365 * 24 * 3_600_000;

export interface Scenario {
  readonly worse: Worse | null;
  readonly plan: Plan;
  readonly firstSeed: number;
  readonly runs: number;
  /** How exactly moments are known, as a part of the time in a stage. */
  readonly sliceShare: number;
  readonly soakSliceShare: number;
  readonly leastSliceMs: number;
  /** Requests or copies that the candidate is expected to get in the shortest slice. */
  readonly leastSeen: number;
}

/** What is kept of one simulated rollout. */
export interface Run {
  readonly outcome: 'rolled-back' | 'promoted' | 'paused' | 'unfinished';
  readonly atMs: number;
  readonly candidateRequests: number;
  readonly shadowRequests: number;
  readonly users: number | null;
  readonly stages: readonly RunStage[];
}

export interface RunStage {
  readonly stage: number;
  readonly share: number;
  readonly mirrorShare: number;
  readonly durationMs: number;
  /** Last thing that held it before it was left, or holds it at the end. */
  readonly waitsFor: WaitsFor | null;
  /** Guards that could see nothing at the last look in it. */
  readonly blind: readonly string[];
}

export const runScenario = (
  assumptions: Assumptions,
  { plan, worse, firstSeed, runs, sliceShare, soakSliceShare, leastSliceMs, leastSeen }: Scenario,
): Run[] => {
  const world = assumedWorld(assumptions, worse);
  // With one request now and then, shorter slices would only be empty.
  const requestMs = Math.min(3_600_000, 1_000 / assumptions.ratePerSecond.value);
  return Array.from({ length: runs }, (_, index) => {
    const noted = noteStages();
    const ending = runSlices(world, plan, firstSeed + index, {
      durationMs: HORIZON_MS,
      sliceShare,
      soakSliceShare,
      leastSeen,
      leastSliceMs: Math.max(leastSliceMs, requestMs),
      watch: noted.watch,
    });
    return {
      outcome: ending.outcome,
      atMs: ending.atMs,
      candidateRequests: ending.candidateRequests,
      shadowRequests: ending.shadowRequests,
      users: ending.affectedKeys,
      stages: ending.stages.map(({ stage, enteredAtMs, leftAtMs }) => ({
        stage,
        share: plan.stages[stage]?.exposure.share ?? 0,
        mirrorShare: plan.stages[stage]?.exposure.mirrorShare ?? 0,
        durationMs: leftAtMs - enteredAtMs,
        waitsFor: noted.waitsFor(stage),
        blind: noted.blind(stage),
      })),
    };
  });
};

/** Keeps the last look in each stage that did not end it, and reads it only when the run is over. */
const noteStages = () => {
  const last = new Map<number, { lane: LaneState; readings: readonly GuardReading[]; atMs: number }>();
  return {
    watch(rollout: ConductedRollout, atMs: number): void {
      const lane = rollout.lane();
      // The readings of a look that ended or moved the rollout are about the stage before.
      if (lane.rollout === null || lane.rollout.stageEnteredAtMs === atMs) return;
      last.set(lane.rollout.stage, { lane, readings: rollout.readings(), atMs });
    },
    waitsFor(stage: number): WaitsFor | null {
      const look = last.get(stage);
      if (look === undefined) return null;
      const verdict = verdictOf(unpaused(look.lane), look.readings, look.atMs - 1);
      const waiting = verdict.kind === 'hold' ? verdict.waitingFor.at(-1) : undefined;
      return waiting === undefined ? null : waitsForOf(waiting);
    },
    blind: (stage: number): readonly string[] =>
      (last.get(stage)?.readings ?? []).filter(({ rollback }) => rollback.blind).map(({ guard }) => guard),
  };
};

/** As it was just before its time ran out. */
const unpaused = (lane: LaneState): LaneState =>
  lane.rollout === null ? lane : { ...lane, rollout: { ...lane.rollout, paused: null } };

const waitsForOf = (waiting: Waiting): WaitsFor => {
  switch (waiting.on) {
    case 'evidence':
      return { on: 'evidence', guard: waiting.guard };
    case 'minimum-time':
    case 'soak':
      return { on: waiting.on, guard: null };
    default:
      return { on: 'other', guard: null };
  }
};
