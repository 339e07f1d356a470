import { COMPARISON_GUARD } from './comparison-guard.ts';
import type { GuardSpec } from './evidence-spec.ts';
import type { RolloutEvidence, StageEvidence } from './evidence-state.ts';

/** So many times as bad as before, and so unlikely by chance, must stable be. */
const CLEARLY_WORSE = 2;
const LOG_UNLIKELY = Math.log(1000);

/**
 * True when stable's newest outcomes are clearly worse than its earlier ones: what hits the candidate then probably hits both, and going
 * back would not help. A description beside the verdict, never a part of it: the comparison itself is not disturbed by what is shared.
 */
export function isSharedCause(evidence: RolloutEvidence, guard: GuardSpec, rollout: StageEvidence): boolean {
  if (guard.name === COMPARISON_GUARD || guard.kind === 'mean') return false;
  const recent = { ...evidence.guards[guard.name]!.recentStable };
  for (const cohort of evidence.open) {
    const stable = cohort.guards[guard.name]!.outcomes.stable;
    recent.bad += stable.bad;
    recent.good += stable.good;
  }
  const { stable } = rollout.outcomes;
  const n = recent.bad + recent.good;
  const earlier = stable.bad + stable.good - n;
  if (n === 0 || earlier < n) return false;
  const before = (Math.max(0, stable.bad - recent.bad) + 1) / (earlier + 2);
  const now = recent.bad / n;
  if (now < CLEARLY_WORSE * before) return false;
  const divergence =
    now * Math.log(now / before) + (now < 1 ? (1 - now) * Math.log((1 - now) / (1 - before)) : 0);
  return n * divergence >= LOG_UNLIKELY;
}
