import type { EvaluationPlan, Gate, GuardName, Plan, Stage } from './plan.ts';
import type { Policy } from './policy.ts';
import type { RollingStrategy, StagesStrategy, StrategyConfig } from './strategy-spec.ts';
import { firstShrinking, firstUnseen, isExposing } from './widening.ts';

export interface PlanRequest {
  readonly strategy: StrategyConfig;
  readonly policy: Policy;
  /** Digest of the policy document. */
  readonly policyDigest: string;
  /** Nothing serves there yet, so there is nobody to compare with and nothing to protect. */
  readonly firstRelease: boolean;
  /** The release brings a golden set. */
  readonly hasGoldenSet: boolean;
  /** It comes with requirements of its own, so it is evaluated even where the policy requires nothing. Absent: false. */
  readonly requiresItself?: boolean;
  /** Its evaluation has a load stage. Absent: false. */
  readonly putsUnderLoad?: boolean;
  /** What the service declares for its guards. Absent: nothing, and each request is drawn by itself. */
  readonly traffic?: PlannedTraffic;
  /** Replicas the release runs with in this environment. */
  readonly replicas: number;
}

/** The part of a release's traffic settings that a plan follows from. */
export interface PlannedTraffic {
  readonly sticky: { readonly unit?: 'request' } | null;
  readonly warmUpMs?: number;
  readonly checks?: unknown;
  readonly judge?: unknown;
  readonly cost?: unknown;
  readonly score?: unknown;
}

export type PlanResult =
  | { readonly ok: true; readonly plan: Plan }
  | { readonly ok: false; readonly problem: string };

/** Expands a strategy under a policy into the stages a rollout will go through. */
export const expandPlan = (request: PlanRequest): PlanResult => {
  const { strategy, policy, hasGoldenSet } = request;
  if (policy.strategies !== null && !policy.strategies.includes(strategy.type))
    return no(`The policy allows ${policy.strategies.join(', ')}, not ${strategy.type}.`);
  if (policy.evaluation.require.length > 0 && !hasGoldenSet)
    return no('The policy requires an evaluation, but the release brings no golden set (`evaluate:`).');
  const isEvaluated = policy.evaluation.require.length > 0 || request.requiresItself === true;
  const evaluation = isEvaluated ? demandsOf(policy.evaluation, request.putsUnderLoad === true) : null;
  if (evaluation?.load === 'refuse')
    return no(
      'The evaluation of the release has a load stage, and the policy refuses load here: `evaluation: {load: allow}` in the policy sends it to the replicas of the candidate, `skip` leaves it out.',
    );
  const preparation: Stage = {
    name: 'evaluate',
    exposure: {
      share: 0,
      mirrorShare: 0,
      replicas:
        strategy.type === 'rolling' && !request.firstRelease
          ? { candidate: Math.min(strategy.batch, request.replicas), stable: request.replicas }
          : null,
    },
    gates: isEvaluated ? [{ type: 'evaluation' }] : [],
    minimumMs: 0,
    timeoutMs: policy.timeoutMs,
  };
  const exposed = request.firstRelease ? firstStages(strategy) : stagesOf(request);
  const shrinking = firstShrinking(exposed);
  if (shrinking !== null)
    return no(`The audience of the stage ${shrinking} leaves out somebody who was in the one before.`);
  const unseen = unitOf(request.traffic?.sticky ?? null).unit === 'key' ? firstUnseen(exposed) : null;
  if (unseen !== null)
    return no(
      `The stage ${unseen} shows the candidate to others than before and not to a greater share: where users count once, nothing could be learned of them. Raise its share.`,
    );
  const asked = askPeople(mergePreparation(preparation, exposed), policy.approvals);
  const stages = policy.evaluation.inconclusive === 'approval' ? asked.map(askWhenInconclusive) : asked;
  return {
    ok: true,
    plan: {
      strategy: request.firstRelease ? 'first-release' : strategy.type,
      stages,
      guards: guardsOf(request),
      ...(policy.metrics !== undefined && policy.metrics.length > 0 && { metrics: policy.metrics }),
      alpha: policy.alpha,
      ...unitOf(request.traffic?.sticky ?? null),
      evaluation,
      leaseMs: policy.leaseMs,
      policy: request.policyDigest,
    },
  };
};

/** What the policy says of load concerns only releases that bring some. */
const demandsOf = (
  { load = 'refuse', ...demands }: EvaluationPlan,
  putsUnderLoad: boolean,
): EvaluationPlan => (putsUnderLoad ? { ...demands, load } : demands);

/** Guards that need something the service did not declare would only wait for ever, and cost the others power. */
const NEEDED: Readonly<Partial<Record<GuardName, keyof PlannedTraffic>>> = {
  invalid: 'checks',
  judge: 'judge',
  cost: 'cost',
  score: 'score',
};

const guardsOf = ({ policy, traffic }: PlanRequest): Plan['guards'] =>
  policy.guards
    .filter(({ name }) => NEEDED[name] === undefined || traffic?.[NEEDED[name]] != null)
    .map((guard) =>
      guard.name === 'slow' && traffic?.warmUpMs !== undefined
        ? { ...guard, warmUpMs: traffic.warmUpMs }
        : guard,
    );

const unitOf = (sticky: PlannedTraffic['sticky']): Pick<Plan, 'unit' | 'isSticky'> =>
  sticky === null ? { unit: 'request', isSticky: false } : { unit: sticky.unit ?? 'key', isSticky: true };

/** Going back to a release that has served before: at once, nothing to prove. */
export const rollbackPlan = (policy: Policy, policyDigest: string): Plan => ({
  strategy: 'rollback',
  stages: [full],
  guards: [],
  alpha: policy.alpha,
  evaluation: null,
  leaseMs: policy.leaseMs,
  policy: policyDigest,
});

const no = (problem: string): PlanResult => ({ ok: false, problem });

const full: Stage = {
  name: '100 %',
  exposure: { share: 1, mirrorShare: 0, replicas: null },
  gates: [],
  minimumMs: 0,
  timeoutMs: null,
};

/** Without a stable release there is no comparison: only what a release must show before any traffic stays. */
const firstStages = (strategy: StrategyConfig): Stage[] => {
  const before =
    strategy.type === 'stages'
      ? strategy.stages.filter(({ share, mirrorShare }) => share === 0 && mirrorShare === 0)
      : [];
  const smoke = strategy.type === 'blue-green' && strategy.smoke !== null ? [smokeStage(strategy.smoke)] : [];
  const commands = before.map((stage, index) => ({
    name: stage.name ?? `stage ${index + 1}`,
    exposure: { share: 0, mirrorShare: 0, replicas: null },
    gates: stage.gates.filter(({ type }) => type !== 'evidence'),
    minimumMs: stage.minimumMs ?? 0,
    timeoutMs: stage.timeoutMs,
  }));
  return [...smoke, ...commands, full];
};

const stagesOf = (request: PlanRequest): Stage[] => {
  const { strategy, policy } = request;
  const mixed = mixedStage(request);
  switch (strategy.type) {
    case 'canary':
      return [
        ...(strategy.mirrorShare === null ? [] : [mixed('shadow', 0, strategy.mirrorShare)]),
        ...strategy.steps.filter((share) => share < 1).map((share) => mixed(percent(share), share, 0)),
        lastStage(request),
      ];
    case 'shadow':
      return [mixed('shadow', 0, strategy.mirrorShare), lastStage(request)];
    case 'blue-green':
      return [...(strategy.smoke === null ? [] : [smokeStage(strategy.smoke)]), lastStage(request)];
    case 'rolling':
      return rollingStages(request, strategy);
    case 'all-at-once':
      return [lastStage(request)];
    case 'stages':
      return [...spelledOut(strategy, policy), lastStage(request)];
  }
};

const mixedStage =
  ({ strategy, policy }: PlanRequest) =>
  (name: string, share: number, mirrorShare: number): Stage => ({
    name,
    exposure: {
      share,
      mirrorShare,
      ...('audience' in strategy && strategy.audience !== undefined && { audience: strategy.audience }),
      replicas: null,
    },
    gates: [{ type: 'evidence' }],
    minimumMs: ('minimumMs' in strategy ? strategy.minimumMs : null) ?? policy.minimumMs,
    timeoutMs: ('timeoutMs' in strategy ? strategy.timeoutMs : null) ?? policy.timeoutMs,
  });

const smokeStage = (smoke: { command: string; timeoutMs: number }): Stage => ({
  name: 'preview',
  exposure: { share: 0, mirrorShare: 0, replicas: null },
  gates: [{ type: 'command', ...smoke }],
  minimumMs: 0,
  timeoutMs: null,
});

/**
 * Everything to the candidate. With a hold the old release stays warm and answers a small holdback, so that the guards
 * still have something to compare with and going back costs one route change.
 */
const lastStage = ({ strategy, policy, replicas }: PlanRequest): Stage => {
  const durationMs = strategy.holdMs ?? (strategy.type === 'all-at-once' ? 0 : policy.hold.durationMs);
  const rolling = strategy.type === 'rolling';
  if (durationMs === 0)
    return rolling
      ? { ...full, exposure: { ...full.exposure, replicas: { candidate: replicas, stable: 0 } } }
      : full;
  const holdbackShare = strategy.holdbackShare ?? policy.hold.holdbackShare;
  return {
    name: 'hold',
    exposure: {
      share: 1 - holdbackShare,
      mirrorShare: 0,
      replicas: rolling ? { candidate: replicas, stable: 1 } : null,
    },
    gates: [{ type: 'soak', durationMs }],
    minimumMs: 0,
    timeoutMs: null,
  };
};

/** The share of the traffic follows the share of the replicas that were replaced. */
const rollingStages = (request: PlanRequest, { batch }: RollingStrategy): Stage[] => {
  const { replicas } = request;
  const mixed = mixedStage(request);
  const stages: Stage[] = [];
  for (let replaced = batch; replaced < replicas; replaced += batch) {
    const stage = mixed(`${replaced} of ${replicas} replicas`, replaced / replicas, 0);
    const exposure = { ...stage.exposure, replicas: { candidate: replaced, stable: replicas - replaced } };
    stages.push({ ...stage, exposure });
  }
  return [...stages, lastStage(request)];
};

/** A stage that mixes both releases always needs evidence, whatever else its author asked for. */
const spelledOut = ({ stages }: StagesStrategy, policy: Policy): Stage[] =>
  stages
    .filter(({ share }) => share < 1)
    .map((stage, index): Stage => {
      const mixes = stage.share > 0 || stage.mirrorShare > 0;
      const asked = stage.gates.some(({ type }) => type === 'evidence');
      const evidence: Gate[] = mixes && !asked && policy.guards.length > 0 ? [{ type: 'evidence' }] : [];
      return {
        name:
          stage.name ?? (stage.share === 0 && stage.mirrorShare > 0 ? 'shadow' : nameOf(stage.share, index)),
        exposure: {
          share: stage.share,
          mirrorShare: stage.mirrorShare,
          ...(mixes && stage.audience !== undefined && { audience: stage.audience }),
          replicas: null,
        },
        gates: [...stage.gates, ...evidence],
        minimumMs: stage.minimumMs ?? (mixes ? policy.minimumMs : 0),
        timeoutMs: stage.timeoutMs ?? policy.timeoutMs,
      };
    });

const nameOf = (share: number, index: number): string =>
  share === 0 ? `stage ${index + 1}` : percent(share);

/** What the policy demands comes before any exposure; the author's own first stage without traffic joins it. */
const mergePreparation = (preparation: Stage, stages: readonly Stage[]): Stage[] => {
  const withoutEvaluation = stages.map((stage) =>
    preparation.gates.length === 0 || isExposing(stage)
      ? stage
      : { ...stage, gates: stage.gates.filter(({ type }) => type !== 'evaluation') },
  );
  return [
    preparation,
    ...withoutEvaluation.filter(
      (stage) => isExposing(stage) || stage.gates.length > 0 || stage.minimumMs > 0,
    ),
  ];
};

/** Approvals are asked for in the last stage in which no user gets the candidate, so that people can see what it showed there. */
const askPeople = (stages: readonly Stage[], approvals: number): Stage[] => {
  if (approvals === 0) return [...stages];
  const firstWithUsers = stages.findIndex(({ exposure }) => exposure.share > 0);
  const at = firstWithUsers < 0 ? stages.length - 1 : firstWithUsers - 1;
  return stages.map((stage, index) =>
    index === at ? { ...stage, gates: [...stage.gates, { type: 'approval', approvals }] } : stage,
  );
};

/** Behind an evaluation, for what it cannot tell. */
const askWhenInconclusive = (stage: Stage): Stage =>
  stage.gates.some(({ type }) => type === 'evaluation')
    ? { ...stage, gates: [...stage.gates, { type: 'approval', approvals: 1, when: 'inconclusive' }] }
    : stage;

const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`;
