import type { AssignmentReading, GuardReading } from '../evidence/guard-reading.ts';
import type { MetricReading } from '../metrics/metric-reading.ts';
import { stageOf } from './desired.ts';
import { endAndGoOn, servedBy, startNext } from './end-rollout.ts';
import type { GateEvidence, LaneEvent } from './events.ts';
import type { LaneState, RolloutState } from './state.ts';
import { verdictOf, waitingForGate } from './verdict.ts';

/** Gates that pass now are recorded even while others hold the stage; then the verdict is carried out. */
export const look = (
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
