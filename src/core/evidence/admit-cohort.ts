import { notWorsePay } from './bet-not-worse.ts';
import { clampShare } from './clamp-share.ts';
import type { CohortUpdate } from './cohort-update.ts';
import { COMPARISON_GUARD } from './comparison-guard.ts';
import { derivedBoundShare } from './derived-bound.ts';
import type { GuardSpec } from './evidence-spec.ts';
import type { CohortOutcomes, OpenCohort, RolloutEvidence } from './evidence-state.ts';
import { expectedShares } from './expected-shares.ts';
import { isNearlyAll, isSplit } from './exposure.ts';
import { noOutcomes } from './open-evidence.ts';

/**
 * Opens a cohort that is seen for the first time. Its expectations are fixed here, on what the cohorts before it have shown,
 * and never touched again. Undefined for one that was folded or forsaken before.
 */
export function admitCohort(evidence: RolloutEvidence, update: CohortUpdate): OpenCohort | undefined {
  const { source, index, stage, candidateShare, startedAtMs } = update;
  const finished = Object.hasOwn(evidence.finishedUpTo, source) ? evidence.finishedUpTo[source]! : -1;
  if (index <= finished) return undefined;
  if (candidateShare > 0 && evidence.candidateSinceMs === undefined) evidence.candidateSinceMs = startedAtMs;
  const guards: Record<string, CohortOutcomes> = {};
  for (const spec of evidence.spec.guards) guards[spec.name] = expectations(evidence, spec, update);
  const cohort: OpenCohort = {
    source,
    index,
    stage,
    candidateShare,
    closed: false,
    settled: false,
    forsaken: false,
    ...(update.assignment === 'realised' && { isRealised: true }),
    ...(evidence.pull.isOpen && { pull: evidence.pull.episode }),
    guards,
  };
  evidence.open.push(cohort);
  return cohort;
}

function expectations(
  evidence: RolloutEvidence,
  spec: GuardSpec,
  { candidateShare, startedAtMs }: CohortUpdate,
): CohortOutcomes {
  const boundShare = boundInForce(evidence, spec, candidateShare);
  const expected = expectedShares(evidence, spec);
  const isPaid =
    spec.name !== COMPARISON_GUARD &&
    spec.kind !== 'mean' &&
    evidence.spec.unit !== 'key' &&
    isSplit(candidateShare);
  // While no user has met the candidate there is no time to count from, and mirrored requests decide from the first.
  const warmUntilMs = (evidence.candidateSinceMs ?? -Infinity) + (spec.warmUpMs ?? 0);
  return {
    outcomes: noOutcomes(),
    ...expected,
    ...(isPaid && { notWorsePay: notWorsePay(candidateShare, expected.stableShare, spec.marginShare) }),
    ...(boundShare !== undefined && { boundShare }),
    ...(startedAtMs < warmUntilMs && { isWarmUp: true }),
  };
}

function boundInForce(
  evidence: RolloutEvidence,
  spec: GuardSpec,
  candidateShare: number,
): number | undefined {
  if (spec.name === COMPARISON_GUARD) return clampShare(spec.boundShare!);
  if (spec.kind === 'mean') return undefined;
  const guard = evidence.guards[spec.name]!;
  if (!isNearlyAll(candidateShare)) {
    delete guard.derivedBoundShare;
    return undefined;
  }
  if (spec.boundShare !== undefined) return clampShare(spec.boundShare);
  if (guard.derivedBoundShare === undefined) {
    const derived = derivedBoundShare(evidence, spec);
    if (derived !== undefined) guard.derivedBoundShare = derived;
  }
  return guard.derivedBoundShare;
}
