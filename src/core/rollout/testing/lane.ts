import type { Digest } from '../../digest.ts';
import type { EvaluationResult } from '../../evaluation/requirement.ts';
import type { GuardReading } from '../../evidence/rollout-evidence.ts';
import { decide } from '../decide.ts';
import type { LaneEvent, RolloutOrder } from '../events.ts';
import { evolve } from '../evolve.ts';
import type { LaneInput } from '../inputs.ts';
import type { Plan } from '../plan.ts';
import type { Policy } from '../policy.ts';
import { emptyLane, type LaneState } from '../state.ts';
import { expandPlan, type PlanRequest } from '../strategy.ts';

/** Given, when, then for lanes: drives the rules with inputs and keeps every event that followed. */
export interface LaneDriver {
  readonly state: () => LaneState;
  readonly events: LaneEvent[];
  readonly send: (input: DistributiveOmit<LaneInput, 'atMs' | 'actor'>, actor?: string) => LaneEvent[];
  readonly refusal: (input: DistributiveOmit<LaneInput, 'atMs' | 'actor'>) => string | null;
  readonly wait: (ms: number) => void;
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export const driveLane = (start: LaneState = emptyLane): LaneDriver => {
  let state = start;
  let atMs = 1_000_000;
  const events: LaneEvent[] = [];
  return {
    state: () => state,
    events,
    wait(ms) {
      atMs += ms;
    },
    send(input, actor = 'ann') {
      const decision = decide(state, { ...input, atMs, actor } as LaneInput);
      if (!decision.ok) throw new Error(decision.refusal.detail);
      for (const event of decision.events) {
        state = evolve(state, { event, atMs, actor, seq: state.seq + 1 });
        events.push(event);
      }
      return [...decision.events];
    },
    refusal(input) {
      const decision = decide(state, { ...input, atMs, actor: 'ann' } as LaneInput);
      return decision.ok ? null : decision.refusal.code;
    },
  };
};

export const digestNumber = (number: number): Digest => `sha256:${number.toString(16).padStart(64, '0')}`;

export const plainPolicy: Policy = {
  evaluation: { require: [{ metric: 'accuracy', min: 0.9 }], inconclusive: 'fail', confidence: 0.95 },
  guards: [
    { name: 'errors', marginShare: 0.02, boundShare: null },
    { name: 'feedback', marginShare: 0.02, boundShare: null },
  ],
  alpha: { rollback: 0.001, advance: 0.05 },
  approvals: 0,
  hold: { durationMs: 60_000, holdbackShare: 0.01 },
  minimumMs: 5_000,
  timeoutMs: 600_000,
  leaseMs: 120_000,
  strategies: null,
};

export const canary = (steps: readonly number[] = [0.1, 0.5, 1], mirrorShare: number | null = null) =>
  ({
    type: 'canary',
    steps,
    mirrorShare,
    minimumMs: null,
    timeoutMs: null,
    holdMs: null,
    holdbackShare: null,
  }) as const;

export const planFor = (request: Partial<PlanRequest> = {}): Plan => {
  const result = expandPlan({
    strategy: canary(),
    policy: plainPolicy,
    policyDigest: 'sha256:policy',
    firstRelease: false,
    hasGoldenSet: true,
    replicas: 2,
    ...request,
  });
  if (!result.ok) throw new Error(result.problem);
  return result.plan;
};

export const orderNumber = (number: number, plan: Plan, more: Partial<RolloutOrder> = {}): RolloutOrder => ({
  rollout: `ro_${number}`,
  kind: 'ship',
  release: digestNumber(number),
  releaseVersion: `1.${number}.0`,
  plan,
  salt: 'salt',
  origin: null,
  slow: { limitMs: 500, from: 'service' },
  reason: null,
  ...more,
});

/** A lane in which release `number` has become stable without any ceremony. */
export const laneServing = (number: number): LaneState => {
  const lane = driveLane();
  const plan = planFor({
    firstRelease: true,
    policy: { ...plainPolicy, evaluation: { ...plainPolicy.evaluation, require: [] } },
  });
  lane.send({ type: 'start', order: orderNumber(number, plan), whenRunning: 'supersede' });
  ready(lane, number);
  look(lane);
  look(lane);
  look(lane);
  if (lane.state().stable?.release !== digestNumber(number))
    throw new Error('the first release did not become stable');
  return lane.state();
};

export const ready = (lane: LaneDriver, number: number, count = 2, wanted = 2): void => {
  lane.send({
    type: 'workload',
    release: digestNumber(number),
    addresses: Array.from({ length: count }, (_, index) => `http://127.0.0.1:${4000 + number * 10 + index}`),
    ready: count,
    wanted,
    failure: null,
  });
};

export const look = (lane: LaneDriver, readings: readonly GuardReading[] = []): LaneEvent[] =>
  lane.send(
    {
      type: 'look',
      rollout: lane.state().rollout?.order.rollout ?? null,
      stage: lane.state().rollout?.stage ?? -1,
      readings,
    },
    'tidegate',
  );

const empty = { started: 0, bad: 0, good: 0, pending: 0 };

export const reading = (guard: string, outcome: 'passed' | 'waiting' | 'crossed'): GuardReading => ({
  guard,
  marginShare: 0.02,
  rollout: { stable: empty, candidate: empty },
  stage: { stable: empty, candidate: empty },
  rollback: {
    rule: 'compare',
    logE: outcome === 'crossed' ? 9 : 0,
    logThreshold: 7,
    crossed: outcome === 'crossed',
    blind: false,
  },
  advance: {
    rule: 'compare',
    logE: 0,
    logThreshold: 3,
    passed: outcome === 'passed',
    ...(outcome === 'passed' ? {} : { waitingFor: 'not-enough-evidence' as const, moreRequests: 400 }),
  },
});

export const bothGuards = (outcome: 'passed' | 'waiting' | 'crossed'): GuardReading[] => [
  reading('errors', outcome),
  reading('feedback', outcome === 'crossed' ? 'waiting' : outcome),
];

export const evaluationResult = (verdict: EvaluationResult['verdict']): EvaluationResult => ({
  verdict,
  golden: 'sha256:g',
  cases: 10,
  errors: 0,
  metrics: [],
  requirements: [],
  comparedWith: null,
  notes: [],
});

export const evaluationPassed = (
  lane: LaneDriver,
  verdict: 'pass' | 'fail' | 'inconclusive' = 'pass',
  counts: { readonly cases?: number; readonly errors?: number } = {},
): LaneEvent[] => {
  const { rollout } = lane.state();
  if (rollout === null) throw new Error('no rollout');
  return lane.send({
    type: 'gate-outcome',
    rollout: rollout.order.rollout,
    release: rollout.order.release,
    stage: rollout.stage,
    gate: 0,
    result: {
      kind: 'evaluation',
      result: { ...evaluationResult(verdict), ...counts },
    },
  });
};
