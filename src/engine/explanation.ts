import type { Digest } from '../core/digest.ts';
import type { GuardReading } from '../core/evidence/guard-reading.ts';
import type { MetricPlan } from '../core/metrics/metric-plan.ts';
import type { MetricReading } from '../core/metrics/metric-reading.ts';
import type {
  CandidatePulled,
  CandidateRestored,
  EndCause,
  GateEvidence,
  LaneEvent,
  Recorded,
  RolloutEnded,
  RolloutKind,
  RolloutOrder,
  Served,
  StageEntered,
} from '../core/rollout/events.ts';
import type { Exposure, Gate, Plan } from '../core/rollout/plan.ts';
import { guardsToPass, type Verdict } from '../core/rollout/verdict.ts';
import type { WaitingMetric } from '../core/rollout/waiting-metric.ts';
import type { CallCosts } from './call-costs.ts';
import type { LaneKey } from './lane-key.ts';
import type { LeftOut } from './left-out.ts';

/** Why a rollout is where it is: everything it was and is decided on. Sentences are made from it, and nothing else. */
export interface Explanation extends LaneKey {
  readonly rollout: string;
  readonly kind: RolloutKind;
  readonly release: Digest;
  readonly releaseVersion: string;
  readonly baseline: Served | null;
  readonly strategy: string;
  readonly actor: string;
  /** When it was started, or queued. */
  readonly startedAtMs: number;
  readonly reason: string | null;
  readonly unit: 'request' | 'key';
  readonly alpha: Plan['alpha'];
  readonly state: ExplainedState;
  /** The stages it entered, in order. */
  readonly stages: readonly ExplainedStage[];
  /**
   * Every guard by all that came in: in the present stage, or in the last one when it has ended. With the limits of each
   * difference. Empty before the first stage, and when its evidence is not kept any more.
   */
  readonly readings: readonly GuardReading[];
  /** Every outside metric of its plan. */
  readonly metrics: readonly ExplainedMetric[];
  /** Requests that no guard learned from; null when it is over, for gateways count by release and go on counting. */
  readonly leftOut: LeftOut | null;
  /** What calls cost; null when it is over, and when nobody knows. */
  readonly costs: CallCosts | null;
  /** Lines of evidence that are stored for recomputing; null when none are kept. */
  readonly storedLines: number | null;
}

export type ExplainedState =
  | { readonly kind: 'queued' }
  | { readonly kind: 'running'; readonly verdict: Verdict }
  | {
      readonly kind: 'ended';
      readonly outcome: RolloutEnded['outcome'];
      readonly cause: EndCause;
      readonly atMs: number;
      readonly by: string;
      /** Of the record in the ledger. */
      readonly seq: number;
    };

export interface ExplainedStage {
  readonly stage: number;
  readonly name: string;
  readonly exposure: Exposure;
  readonly enteredAtMs: number;
  /** Null while it is the present one. */
  readonly leftAtMs: number | null;
  /** Who moved the rollout into it by hand, past which gates. */
  readonly override: StageEntered['override'];
  /** Guards of which the gate for evidence demands something here. */
  readonly demandedGuards: readonly string[];
  readonly gates: readonly ExplainedGate[];
  /** Times at which the candidate was taken off the users for a closer look. */
  readonly pulls: readonly ExplainedPull[];
}

/** A warning and, once copies of requests had spoken for the candidate, its end. */
export interface ExplainedPull extends ExplainedMove {
  readonly guards: readonly string[];
  readonly restored: ExplainedMove | null;
}

export interface ExplainedMove {
  readonly atMs: number;
  readonly readings: readonly GuardReading[];
  readonly evidenceDigest: Digest | null;
  /** Of the record in the ledger. */
  readonly seq: number;
}

export interface ExplainedGate {
  readonly gate: Gate;
  readonly outcome: 'passed' | 'failed' | 'unknown' | null;
  readonly evidence: GateEvidence | null;
  readonly decidedAtMs: number | null;
  /** Of the record in the ledger. */
  readonly seq: number | null;
}

/** A number from outside, what it is held to, and how it stands. */
export interface ExplainedMetric {
  readonly plan: MetricPlan;
  /**
   * While the rollout runs, by the newest answers; afterwards as it was recorded last, by a gate or by what ended the rollout. Null when nobody
   * has asked, and when nothing was recorded.
   */
  readonly reading: MetricReading | null;
  /** Why it does not let the present stage be left; null when nothing waits for it. */
  readonly waiting: WaitingMetric | null;
}

/** What the ledger does not say: how a running rollout stands, and what is stored of its evidence. */
export interface ExplainedNow {
  readonly verdict: Verdict | null;
  readonly readings: readonly GuardReading[];
  readonly metrics: readonly MetricReading[];
  readonly leftOut: LeftOut | null;
  readonly costs: CallCosts | null;
  readonly storedLines: number | null;
}

/** The explanation of one rollout out of the records of its lane; null when they do not know it. Pure. */
export const explainRollout = (
  key: LaneKey,
  records: readonly Recorded<LaneEvent>[],
  rollout: string,
  now: ExplainedNow,
): Explanation | null => {
  const about = records.filter(({ event }) => rolloutOf(event) === rollout);
  const begun = about.find(({ event }) => event.type === 'rollout.started') ?? about[0];
  const order = begun && orderOf(begun.event);
  if (begun === undefined || order === undefined) return null;
  const { plan } = order;
  return {
    environment: key.environment,
    service: key.service,
    rollout,
    kind: order.kind,
    release: order.release,
    releaseVersion: order.releaseVersion,
    baseline: begun.event.type === 'rollout.started' ? begun.event.baseline : null,
    strategy: plan.strategy,
    actor: begun.actor,
    startedAtMs: begun.atMs,
    reason: order.reason,
    unit: plan.unit ?? 'request',
    alpha: plan.alpha,
    state: stateOf(about, now),
    stages: stagesOf(plan, about),
    readings: now.readings,
    metrics: (plan.metrics ?? []).map((metric) => metricOf(metric, about, now)),
    leftOut: now.leftOut,
    costs: now.costs,
    storedLines: now.storedLines,
  };
};

const rolloutOf = (event: LaneEvent): string | undefined =>
  'order' in event ? event.order.rollout : 'rollout' in event ? event.rollout : undefined;

const orderOf = (event: LaneEvent): RolloutOrder | undefined => ('order' in event ? event.order : undefined);

const stateOf = (about: readonly Recorded<LaneEvent>[], { verdict }: ExplainedNow): ExplainedState => {
  for (const { event, atMs, actor, seq } of about)
    if (event.type === 'rollout.ended')
      return { kind: 'ended', outcome: event.outcome, cause: event.cause, atMs, by: actor, seq };
  return verdict === null ? { kind: 'queued' } : { kind: 'running', verdict };
};

const metricOf = (
  plan: MetricPlan,
  about: readonly Recorded<LaneEvent>[],
  { verdict, metrics }: ExplainedNow,
): ExplainedMetric => {
  const isIt = ({ metric }: MetricReading): boolean => metric === plan.name;
  const recorded = about.findLast(({ event }) => recordedMetrics(event).some(isIt));
  const isRunning = verdict !== null;
  const waitingFor = verdict?.kind === 'hold' ? verdict.waitingFor : [];
  return {
    plan,
    reading:
      (isRunning || recorded === undefined ? metrics : recordedMetrics(recorded.event)).find(isIt) ?? null,
    waiting:
      waitingFor.find((one): one is WaitingMetric => one.on === 'metric' && one.metric === plan.name) ?? null,
  };
};

/** The readings of outside metrics that a record was made on. */
const recordedMetrics = (event: LaneEvent): readonly MetricReading[] => {
  if (event.type === 'rollout.ended') return event.cause.kind === 'metric' ? event.cause.readings : [];
  if (event.type !== 'gate.decided' || event.evidence === null) return [];
  return 'metrics' in event.evidence ? (event.evidence.metrics ?? []) : [];
};

const moveOf = (
  { readings, evidenceDigest }: CandidatePulled | CandidateRestored,
  atMs: number,
  seq: number,
): ExplainedMove => ({ atMs, readings, evidenceDigest: evidenceDigest ?? null, seq });

const stagesOf = (plan: Plan, about: readonly Recorded<LaneEvent>[]): ExplainedStage[] => {
  const stages: (Omit<ExplainedStage, 'gates' | 'pulls'> & {
    gates: ExplainedGate[];
    pulls: ExplainedPull[];
  })[] = [];
  for (const { event, atMs, seq } of about) {
    const last = stages.at(-1);
    if (event.type === 'stage.entered') {
      if (last !== undefined) stages[stages.length - 1] = { ...last, leftAtMs: atMs };
      const stage = plan.stages[event.stage];
      if (stage === undefined) continue;
      stages.push({
        stage: event.stage,
        name: event.name,
        exposure: stage.exposure,
        enteredAtMs: atMs,
        leftAtMs: null,
        override: event.override,
        demandedGuards: stage.gates.some(({ type }) => type === 'evidence') ? guardsToPass(plan, stage) : [],
        gates: stage.gates.map((gate) => ({
          gate,
          outcome: null,
          evidence: null,
          decidedAtMs: null,
          seq: null,
        })),
        pulls: [],
      });
    } else if (event.type === 'gate.decided' && last?.stage === event.stage) {
      const known = last.gates[event.gate];
      if (known === undefined) continue;
      const { outcome, evidence } = event;
      last.gates[event.gate] = { gate: known.gate, outcome, evidence, decidedAtMs: atMs, seq };
    } else if (event.type === 'candidate.pulled') {
      last?.pulls.push({ ...moveOf(event, atMs, seq), guards: event.guards, restored: null });
    } else if (event.type === 'candidate.restored') {
      const pull = last?.pulls.pop();
      if (pull !== undefined) last?.pulls.push({ ...pull, restored: moveOf(event, atMs, seq) });
    } else if (event.type === 'rollout.ended' && last !== undefined) {
      stages[stages.length - 1] = { ...last, leftAtMs: atMs };
    }
  }
  return stages;
};
