import type { MetricPlan } from '../metrics/metric-plan.ts';
import type { EvaluationPlan, GuardPlan } from './plan.ts';
import type { StrategyName } from './strategy-spec.ts';

/** What an environment demands of every rollout in it. */
export interface Policy {
  readonly evaluation: EvaluationPlan;
  readonly guards: readonly GuardPlan[];
  /** Numbers that somebody else measures, with bounds that hold while a candidate is exposed. Absent: none. */
  readonly metrics?: readonly MetricPlan[];
  readonly alpha: { readonly rollback: number; readonly advance: number };
  /** People who must approve before the release gets any user's request. */
  readonly approvals: number;
  readonly hold: { readonly durationMs: number; readonly holdbackShare: number };
  readonly minimumMs: number;
  readonly timeoutMs: number;
  readonly leaseMs: number;
  /** Strategies that services may choose for themselves; null allows any. */
  readonly strategies: readonly StrategyName[] | null;
}
