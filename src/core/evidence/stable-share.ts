import { clampShare } from './clamp-share.ts';
import type { RolloutEvidence } from './evidence-state.ts';

/** What a service without history is taken to be like: one bad outcome in a hundred. */
const PRIOR_BAD = 1;
const PRIOR_OUTCOMES = 100;

/** Expected stable bad share of a guard from all cohorts seen so far; outcomes that are still pending are left out. */
export function expectedStableShare(evidence: RolloutEvidence, guard: string): number {
  let bad = PRIOR_BAD;
  let outcomes = PRIOR_OUTCOMES;
  for (const stage of Object.values(evidence.guards[guard]?.stages ?? {})) {
    bad += stage.outcomes.stable.bad;
    outcomes += stage.outcomes.stable.bad + stage.outcomes.stable.good;
  }
  for (const cohort of evidence.open) {
    const stable = cohort.guards[guard]?.outcomes.stable;
    if (!stable) continue;
    bad += stable.bad;
    outcomes += stable.bad + stable.good;
  }
  return clampShare(bad / outcomes);
}
