import type { AssignmentReading, GuardReading, WaitingFor } from '../evidence/guard-reading.ts';
import type { MetricReading } from '../metrics/metric-reading.ts';
import { stageOf } from './desired.ts';
import type { EndCause, PauseCause } from './events.ts';
import { type Gate, PAIRED_GUARDS, type Plan, type Stage } from './plan.ts';
import { type PullVerdict, pullVerdict } from './pull.ts';
import type { LaneState, RolloutState } from './state.ts';
import { type WaitingMetric, waitingMetrics } from './waiting-metric.ts';

/** What should happen to the running rollout now. Closed; sentences are made from it by renderers. */
export type Verdict =
  | { readonly kind: 'idle' }
  | { readonly kind: 'advance'; readonly to: number }
  | { readonly kind: 'complete' }
  | { readonly kind: 'hold'; readonly waitingFor: readonly Waiting[]; readonly untilMs: number | null }
  | PullVerdict
  | { readonly kind: 'pause'; readonly cause: PauseCause; readonly already: boolean }
  | { readonly kind: 'end'; readonly outcome: 'rolled-back' | 'rejected'; readonly cause: EndCause };

export type Waiting =
  | { readonly on: 'replicas'; readonly ready: number; readonly wanted: number }
  | { readonly on: 'evaluation' }
  | { readonly on: 'command'; readonly command: string }
  | { readonly on: 'approval'; readonly have: number; readonly need: number; readonly stage: string }
  | { readonly on: 'soak' | 'minimum-time'; readonly untilMs: number }
  | {
      readonly on: 'evidence';
      readonly guard: string;
      readonly reason: WaitingFor;
      readonly moreRequests: number | null;
      readonly moreCandidateRequests: number | null;
    }
  | { readonly on: 'pulled'; readonly guards: readonly string[]; readonly pairs: number }
  | WaitingMetric;

/** The judgement on a lane at a time, given the newest readings of its guards and outside metrics (none: no evidence, never a pass). */
export const verdictOf = (
  lane: LaneState,
  readings: readonly GuardReading[],
  atMs: number,
  metrics: readonly MetricReading[] = [],
  assignment?: AssignmentReading,
): Verdict => {
  const { rollout } = lane;
  if (rollout === null) return { kind: 'idle' };
  return (
    brokenGuard(rollout, readings) ??
    brokenMetric(rollout, metrics) ??
    failedWorkload(lane, rollout) ??
    failedGate(rollout) ??
    pullVerdict(lane, rollout, readings) ??
    (rollout.paused === null
      ? null
      : ({ kind: 'pause', cause: rollout.paused.cause, already: true } as const)) ??
    unknownGate(rollout) ??
    skewed(rollout, assignment) ??
    progress(lane, rollout, readings, atMs, metrics)
  );
};

/** Did the candidate ever get a request, real or mirrored? */
export const wasExposed = (rollout: RolloutState): boolean =>
  rollout.order.plan.stages
    .slice(0, rollout.stage + 1)
    .some(({ exposure }) => exposure.share > 0 || exposure.mirrorShare > 0);

/** The guards whose evidence a stage needs before it is left: those that its exposure can show anything to. */
export const guardsToPass = (plan: Plan, stage: Stage): readonly string[] => {
  const { share, mirrorShare } = stage.exposure;
  return plan.guards
    .filter(({ name }) => {
      if (name === 'disagree') return mirrorShare > 0;
      return share > 0 || (mirrorShare > 0 && PAIRED_GUARDS.includes(name));
    })
    .map(({ name }) => name);
};

/** How many replicas of the candidate must be ready before it may stand in a stage. */
export const replicasNeeded = (lane: LaneState, rollout: RolloutState, stage: number): number =>
  rollout.order.plan.stages[stage]?.exposure.replicas?.candidate ??
  lane.workloads[rollout.order.release]?.wanted ??
  1;

const ended = (rollout: RolloutState, cause: EndCause): Verdict => ({
  kind: 'end',
  outcome: wasExposed(rollout) ? 'rolled-back' : 'rejected',
  cause,
});

const brokenGuard = (rollout: RolloutState, readings: readonly GuardReading[]): Verdict | null => {
  const broken = readings.filter((reading) => reading.rollback.crossed);
  if (broken.length === 0 || !wasExposed(rollout)) return null;
  return ended(rollout, { kind: 'guard', guards: broken.map(({ guard }) => guard), readings });
};

const brokenMetric = (rollout: RolloutState, readings: readonly MetricReading[]): Verdict | null => {
  const broken = readings.filter((reading) => reading.broken);
  if (broken.length === 0 || !wasExposed(rollout)) return null;
  return ended(rollout, { kind: 'metric', metrics: broken.map(({ metric }) => metric), readings });
};

const failedWorkload = (lane: LaneState, rollout: RolloutState): Verdict | null => {
  const failure = lane.workloads[rollout.order.release]?.failure ?? null;
  return failure === null ? null : ended(rollout, { kind: 'workload', detail: failure });
};

const failedGate = (rollout: RolloutState): Verdict | null => {
  for (const [index, { outcome, evidence }] of Object.entries(rollout.gates)) {
    if (outcome === 'failed' && evidence !== null)
      return ended(rollout, { kind: 'gate', stage: rollout.stage, gate: Number(index), evidence });
  }
  return null;
};

const unknownGate = (rollout: RolloutState): Verdict | null => {
  for (const [index, { outcome, evidence }] of Object.entries(rollout.gates)) {
    if (outcome === 'unknown') {
      const detail = evidence?.kind === 'failure' ? evidence.detail : 'its outcome was lost';
      const cause = { kind: 'gate-unknown', stage: rollout.stage, gate: Number(index), detail } as const;
      return { kind: 'pause', cause, already: false };
    }
  }
  return null;
};

const skewed = (rollout: RolloutState, assignment: AssignmentReading | undefined): Verdict | null =>
  assignment?.crossed === true && !rollout.isSplitAccepted
    ? { kind: 'pause', cause: { kind: 'sample-ratio', assignment }, already: false }
    : null;

const progress = (
  lane: LaneState,
  rollout: RolloutState,
  readings: readonly GuardReading[],
  atMs: number,
  metrics: readonly MetricReading[],
): Verdict => {
  const stage = stageOf(rollout);
  const waiting = stage === undefined ? [] : waitingIn(rollout, stage, readings, atMs, metrics);
  const next = rollout.stage + 1;
  const last = next >= rollout.order.plan.stages.length;
  if (waiting.length === 0 && !last) {
    const ready = lane.workloads[rollout.order.release]?.ready ?? 0;
    const wanted = replicasNeeded(lane, rollout, next);
    if (ready < wanted) waiting.push({ on: 'replicas', ready, wanted });
  }
  if (waiting.length === 0) return last ? { kind: 'complete' } : { kind: 'advance', to: next };
  const timeoutAtMs = timeoutOf(rollout, stage);
  if (timeoutAtMs !== null && atMs >= timeoutAtMs) {
    const cause = { kind: 'timeout', stage: rollout.stage, waitingFor: waiting.map(({ on }) => on) } as const;
    return { kind: 'pause', cause, already: false };
  }
  return { kind: 'hold', waitingFor: waiting, untilMs: soonest(waiting, timeoutAtMs) };
};

/** Longest time that copies are looked at in a stage without a time-out of its own. */
const pulledAtMostMs = 10 * 60_000;

const timeoutOf = ({ pulled, stageEnteredAtMs }: RolloutState, stage: Stage | undefined): number | null => {
  if (stage?.timeoutMs != null) return stageEnteredAtMs + stage.timeoutMs;
  return pulled === null ? null : Math.max(stageEnteredAtMs, pulled.atMs) + pulledAtMostMs;
};

const soonest = (waiting: readonly Waiting[], timeoutAtMs: number | null): number | null => {
  const times = waiting.flatMap((one) => ('untilMs' in one ? [one.untilMs] : []));
  if (timeoutAtMs !== null) times.push(timeoutAtMs);
  return times.length === 0 ? null : Math.min(...times);
};

const waitingIn = (
  rollout: RolloutState,
  stage: Stage,
  readings: readonly GuardReading[],
  atMs: number,
  metrics: readonly MetricReading[],
): Waiting[] => {
  const waiting = stage.gates.flatMap((gate, index) =>
    rollout.gates[index]?.outcome === 'passed'
      ? []
      : waitingForGate(rollout, stage, gate, readings, atMs, metrics),
  );
  // A metric says how it is now, so it must also be good when the stage is left, and not only when its gate passed.
  const lacking = stage.gates.some(({ type }) => type === 'evidence' || type === 'soak')
    ? waitingMetrics(rollout.order.plan, stage, metrics)
    : [];
  if (rollout.pulled !== null) {
    const { guards } = rollout.pulled;
    const pairs = readings.find(({ guard }) => guards.includes(guard))?.stage.pairs?.started ?? 0;
    waiting.unshift({ on: 'pulled', guards, pairs });
  }
  const minimumUntilMs = rollout.stageEnteredAtMs + stage.minimumMs;
  if (atMs < minimumUntilMs && !waiting.some(({ on }) => on === 'minimum-time'))
    waiting.push({ on: 'minimum-time', untilMs: minimumUntilMs });
  return [...waiting.filter(({ on }) => on !== 'metric'), ...lacking];
};

/** What the evaluations of the present stage came to; null: not decided. */
export const evaluationsOf = (
  rollout: RolloutState,
  stage: Stage,
): readonly ('pass' | 'fail' | 'inconclusive' | null)[] =>
  stage.gates.flatMap(({ type }, index) => {
    if (type !== 'evaluation') return [];
    const evidence = rollout.gates[index]?.evidence;
    return [evidence?.kind === 'evaluation' ? evidence.result.verdict : null];
  });

/** What an undecided gate still needs; empty when it passes at this moment. */
export const waitingForGate = (
  rollout: RolloutState,
  stage: Stage,
  gate: Gate,
  readings: readonly GuardReading[],
  atMs: number,
  metrics: readonly MetricReading[] = [],
): Waiting[] => {
  switch (gate.type) {
    case 'evaluation':
      return [{ on: 'evaluation' }];
    case 'command':
      return [{ on: 'command', command: gate.command }];
    case 'approval': {
      if (gate.when === 'inconclusive') {
        const verdicts = evaluationsOf(rollout, stage);
        if (verdicts.includes(null)) return [{ on: 'evaluation' }];
        if (!verdicts.includes('inconclusive')) return [];
      }
      const have = new Set(rollout.approvals).size;
      return have >= gate.approvals
        ? []
        : [{ on: 'approval', have, need: gate.approvals, stage: stage.name }];
    }
    case 'soak': {
      const untilMs = rollout.stageEnteredAtMs + gate.durationMs;
      return [
        ...(atMs >= untilMs ? [] : [{ on: 'soak' as const, untilMs }]),
        ...waitingMetrics(rollout.order.plan, stage, metrics),
      ];
    }
    case 'evidence': {
      const { plan } = rollout.order;
      // What passes is written down, so it must not pass on the evidence of a first quiet moment.
      const untilMs = rollout.stageEnteredAtMs + stage.minimumMs;
      const seeing = guardsToPass(plan, stage);
      // Where none of the guards sees anything, no evidence will ever come: a person has to decide.
      if (seeing.length === 0 && plan.guards.length > 0)
        return plan.guards.map(({ name }): Waiting => {
          const more = { moreRequests: null, moreCandidateRequests: null };
          return { on: 'evidence', guard: name, reason: 'no-bound', ...more };
        });
      const guards = seeing.flatMap((guard): Waiting[] => {
        const advance = readings.find((reading) => reading.guard === guard)?.advance;
        if (advance?.passed === true) return [];
        return [
          {
            on: 'evidence',
            guard,
            reason: advance?.waitingFor ?? 'no-candidate-requests',
            moreRequests: advance?.moreRequests ?? null,
            moreCandidateRequests: advance?.moreCandidateRequests ?? null,
          },
        ];
      });
      const early = atMs < untilMs ? [{ on: 'minimum-time' as const, untilMs }] : [];
      return [...guards, ...early, ...waitingMetrics(plan, stage, metrics)];
    }
  }
};
