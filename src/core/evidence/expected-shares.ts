import { onGrid } from './clamp-share.ts';
import type { Outcomes } from './cohort-update.ts';
import { measured, totalOf } from './deciding-outcomes.ts';
import type { GuardSpec } from './evidence-spec.ts';
import type { KeyGroup, RolloutEvidence } from './evidence-state.ts';

/** What a service without history is taken to be like: one bad outcome in a hundred. */
const PRIOR_BAD = 1;
const PRIOR_OUTCOMES = 100;
/** Of stable, before a mean is bet on: a centre far from it would make a difference of what is only measured more often on one track. */
const MEASURED_AT_LEAST = 100;
/** And one whose answers cost half of the scale, as if ten had been seen. */
const PRIOR_MEAN = 0.5;
const PRIOR_MEASURED = 10;

/** What the cohorts so far lead one to expect of stable in the next; outcomes that are still pending are left out. */
export interface ExpectedShares {
  /** Of the unit that decides (or the mean). */
  stableShare: number;
  earlyShare: number;
  /** Of requests, where keys decide. */
  requestShare?: number;
  /** Too little was measured of stable to bet on a mean. */
  isUncentred?: boolean;
}

export function expectedShares(evidence: RolloutEvidence, guard: GuardSpec): ExpectedShares {
  if (guard.kind === 'mean') {
    const { mean, n } = expectedMean(evidence, guard.name);
    return {
      stableShare: mean,
      earlyShare: mean,
      ...(n < MEASURED_AT_LEAST && { isUncentred: true }),
    };
  }
  const requests = sum(evidence, guard.name, 'requests');
  if (evidence.spec.unit !== 'key') return requests;
  return { ...sum(evidence, guard.name, 'keys'), requestShare: requests.stableShare };
}

function sum(evidence: RolloutEvidence, guard: string, unit: 'requests' | 'keys'): ExpectedShares {
  const all = {
    bad: PRIOR_BAD,
    outcomes: PRIOR_OUTCOMES,
    earlyBad: PRIOR_BAD,
    earlyOutcomes: PRIOR_OUTCOMES,
  };
  const add = (outcomes: Outcomes): void => {
    all.bad += outcomes.bad;
    all.outcomes += outcomes.bad + outcomes.good;
    const early = outcomes.early ?? outcomes;
    all.earlyBad += early.bad;
    all.earlyOutcomes += early.bad + early.good;
  };
  for (const stage of Object.values(evidence.guards[guard]?.stages ?? {})) {
    add(unit === 'keys' ? stage.keys.stable : stage.outcomes.stable);
  }
  for (const cohort of evidence.open) {
    const seen = cohort.guards[guard];
    if (!seen) continue;
    if (unit === 'keys') for (const group of seen.keys ?? ([] as KeyGroup[])) add(group.outcomes.stable);
    else add(seen.outcomes.stable);
  }
  return {
    stableShare: onGrid(all.bad / all.outcomes),
    earlyShare: onGrid(all.earlyBad / all.earlyOutcomes),
  };
}

function expectedMean(evidence: RolloutEvidence, guard: string): { mean: number; n: number } {
  let total = PRIOR_MEAN * PRIOR_MEASURED;
  let n = PRIOR_MEASURED;
  const add = (levels: readonly number[] | undefined): void => {
    if (levels === undefined) return;
    total += totalOf(levels);
    n += measured(levels);
  };
  for (const stage of Object.values(evidence.guards[guard]?.stages ?? {})) add(stage.means?.stable.levels);
  for (const cohort of evidence.open) add(cohort.guards[guard]?.means?.stable.levels);
  return { mean: onGrid(total / n), n: n - PRIOR_MEASURED };
}
