import { clampShare } from './clamp-share.ts';
import { COMPARISON_GUARD } from './comparison-guard.ts';
import { unitsOf } from './count-cohort.ts';
import type { GuardSpec } from './evidence-spec.ts';
import type { RolloutEvidence } from './evidence-state.ts';
import { isNearlyAll } from './exposure.ts';
import { RULE_WEIGHT, rollbackThreshold } from './rule-weight.ts';
import { pendingOf } from './tally.ts';

/** Whether nobody has said how bad is bad, so that it follows from stable's earlier traffic. What it knows is only enough for a warning. */
export const isBoundDerived = ({ name, boundShare }: GuardSpec): boolean =>
  name !== COMPARISON_GUARD && boundShare === undefined;

/** Fewer stable outcomes than this say nothing worth deciding on. */
const LEAST_OUTCOMES = 100;
/** A last stage shorter than this is joined with the one before it. */
const ENOUGH_OUTCOMES = 1000;

/**
 * A bound for the time when stable hardly serves any more: stable's bad share in the last stage that still had stable traffic,
 * plus the margin. Where so few outcomes leave that share more uncertain than the margin, the upper Chernoff limit of the share is
 * taken instead, or an equal candidate would be rolled back for stable's good luck. Undefined if there is too little to go by, and
 * where an audience was served before and others are now.
 */
export function derivedBoundShare(evidence: RolloutEvidence, spec: GuardSpec): number | undefined {
  if (evidence.spec.hasAudience === true) return undefined;
  const { bad, outcomes } = lastYardstick(evidence, spec.name);
  if (outcomes < LEAST_OUTCOMES) return undefined;
  const share = bad / outcomes;
  const logOdds = rollbackThreshold(
    evidence.spec.alphaRollback,
    evidence.spec.guards.length,
    RULE_WEIGHT.boundLimit,
  );
  return clampShare(Math.max(share + spec.marginShare, upperLimit(share, logOdds / outcomes)));
}

function lastYardstick(evidence: RolloutEvidence, guard: string): { bad: number; outcomes: number } {
  const byStage = new Map<number, { bad: number; outcomes: number }>();
  const add = (stage: number, bad: number, good: number) => {
    const sum = byStage.get(stage) ?? { bad: 0, outcomes: 0 };
    byStage.set(stage, { bad: sum.bad + bad, outcomes: sum.outcomes + bad + good });
  };
  for (const [stage, { yardstick }] of Object.entries(evidence.guards[guard]?.stages ?? {})) {
    add(Number(stage), yardstick.bad, yardstick.good);
  }
  for (const cohort of evidence.open) {
    const seen = cohort.guards[guard];
    if (!seen || seen.isWarmUp || isNearlyAll(cohort.candidateShare)) continue;
    const units = unitsOf(evidence.spec, seen);
    // Failures may be known later than successes. Up to here everything is known, so what is counted is a fair sample.
    if (!cohort.settled && !(cohort.closed && units.every(({ stable }) => pendingOf(stable) === 0))) break;
    if (cohort.forsaken) continue;
    for (const { stable } of units) add(cohort.stage, stable.bad + pendingOf(stable), stable.good);
  }
  let bad = 0;
  let outcomes = 0;
  for (const [, sum] of [...byStage].sort(([a], [b]) => b - a)) {
    if (outcomes >= ENOUGH_OUTCOMES) break;
    bad += sum.bad;
    outcomes += sum.outcomes;
  }
  return { bad, outcomes };
}

/** Largest share u with KL(share, u) <= divergence. */
function upperLimit(share: number, divergence: number): number {
  let low = share;
  let high = 1;
  for (let i = 0; i < 60; i++) {
    const u = (low + high) / 2;
    if (klBernoulli(share, u) <= divergence) low = u;
    else high = u;
  }
  return low;
}

function klBernoulli(a: number, b: number): number {
  return (a > 0 ? a * Math.log(a / b) : 0) + (a < 1 ? (1 - a) * Math.log((1 - a) / (1 - b)) : 0);
}
