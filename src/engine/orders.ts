import type { Digest } from '../core/digest.ts';
import type { RolloutKind, RolloutOrder } from '../core/rollout/events.ts';
import type { LaneState } from '../core/rollout/state.ts';
import { expandPlan, rollbackPlan } from '../core/rollout/strategy.ts';
import type { StrategyConfig } from '../core/rollout/strategy-spec.ts';
import type { TrafficCounts } from '../core/routing/link.ts';
import { TidegateError } from '../errors.ts';
import type { ReleaseRecord } from './catalog.ts';
import type { Environment } from './environments.ts';

export interface OrderRequest {
  readonly rollout: string;
  readonly salt: string;
  readonly kind: RolloutKind;
  readonly record: ReleaseRecord;
  readonly environment: Environment;
  readonly lane: LaneState;
  readonly traffic: readonly TrafficCounts[];
  readonly origin: string | null;
  readonly reason: string | null;
}

/** Fewest answers of stable that its 99th percentile is taken from. */
const enoughForQuantile = 500;
const defaultSlowMs = 1_000;

/** Pins everything a rollout will be held to: the plan under today's policy and what counts as slow. */
export const orderRollout = (
  request: OrderRequest,
): { order: RolloutOrder; whenRunning: 'supersede' | 'queue' | 'refuse' } => {
  const { record, environment, lane } = request;
  const { manifest, release } = record;
  const { policy, digest } = environment.policy();
  const overlay = manifest.overlays[environment.name];
  const plan = () => {
    if (request.kind === 'rollback') return rollbackPlan(policy, digest);
    const expanded = expandPlan({
      strategy: (overlay?.strategy ?? environment.strategy) as StrategyConfig,
      policy,
      policyDigest: digest,
      firstRelease: lane.stable === null,
      hasGoldenSet: manifest.evaluation !== null,
      requiresItself: manifest.evaluation?.file?.isRequiring === true,
      putsUnderLoad: manifest.evaluation?.file?.putsUnderLoad === true,
      traffic: manifest.traffic,
      replicas: manifest.serving.kind === 'process' ? (overlay?.replicas ?? manifest.serving.replicas) : 1,
    });
    if (!expanded.ok) throw new TidegateError('config-invalid', expanded.problem);
    return expanded.plan;
  };
  return {
    order: {
      rollout: request.rollout,
      kind: request.kind,
      release,
      releaseVersion: manifest.version,
      plan: plan(),
      salt: request.salt,
      origin: request.origin,
      slow: slowLimit(manifest.traffic.slowMs, lane.stable?.release ?? null, request.traffic),
      reason: request.reason,
    },
    whenRunning: policy.whenRunning,
  };
};

const slowLimit = (
  declaredMs: number | null,
  stable: Digest | null,
  traffic: readonly TrafficCounts[],
): RolloutOrder['slow'] => {
  if (declaredMs !== null) return { limitMs: declaredMs, from: 'service' };
  const latency = traffic.find(({ release, track }) => track === 'stable' && release === stable)?.latency;
  if (latency === undefined || latency.count < enoughForQuantile)
    return { limitMs: defaultSlowMs, from: 'default' };
  return { limitMs: Math.max(1, latency.p99Ms), from: 'stable-p99' };
};
