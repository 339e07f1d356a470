import { notWorsePay } from './bet-not-worse.ts';
import { clampShare } from './clamp-share.ts';
import type { CohortUpdate, Outcomes, PairCounts, TrackOutcomes } from './cohort-update.ts';
import { COMPARISON_GUARD } from './comparison-guard.ts';
import { derivedBoundShare } from './derived-bound.ts';
import type { GuardSpec } from './evidence-spec.ts';
import type { CohortOutcomes, OpenCohort, RolloutEvidence } from './evidence-state.ts';
import { isNearlyAll, isSplit } from './exposure.ts';
import { foldSettled } from './fold-settled.ts';
import { expectedStableShare } from './stable-share.ts';

/** Far above any real count, and low enough that sums of many stay exact. */
const COUNT_AT_MOST = 1e12;

/**
 * Takes in one update, changing `evidence` in place. Updates may be late, doubled or out of order: each counter keeps the highest
 * value seen, `closed` and `settled` stay set, and updates of cohorts that were folded or forsaken are ignored. Stage and candidate
 * share are those of the first update. Throws a RangeError, before any change, for an update with impossible numbers.
 */
export function absorb(evidence: RolloutEvidence, update: CohortUpdate): void {
  requirePossible(update);
  const cohort = findOpen(evidence, update) ?? admit(evidence, update);
  if (!cohort || cohort.forsaken) return;
  for (const spec of evidence.spec.guards) merge(cohort.guards[spec.name]!, spec, update);
  cohort.closed ||= update.closed;
  cohort.settled ||= update.settled;
  if (cohort.settled) foldSettled(evidence);
}

function findOpen({ open }: RolloutEvidence, { source, index }: CohortUpdate): OpenCohort | undefined {
  return open.findLast((cohort) => cohort.index === index && cohort.source === source);
}

/** A cohort's expectations are fixed here, on what the cohorts before it have shown, and never touched again. */
function admit(evidence: RolloutEvidence, update: CohortUpdate): OpenCohort | undefined {
  const finished = Object.hasOwn(evidence.finishedUpTo, update.source)
    ? evidence.finishedUpTo[update.source]!
    : -1;
  if (update.index <= finished) return undefined;
  const guards: Record<string, CohortOutcomes> = {};
  for (const spec of evidence.spec.guards) {
    const boundShare = boundInForce(evidence, spec, update.candidateShare);
    const stableShare = expectedStableShare(evidence, spec.name);
    const isCompared = spec.name !== COMPARISON_GUARD && isSplit(update.candidateShare);
    guards[spec.name] = {
      outcomes: { stable: { started: 0, bad: 0, good: 0 }, candidate: { started: 0, bad: 0, good: 0 } },
      stableShare,
      ...(isCompared && {
        notWorsePay: notWorsePay(update.candidateShare, stableShare, spec.marginShare),
      }),
      ...(boundShare !== undefined && { boundShare }),
    };
  }
  const { source, index, stage, candidateShare } = update;
  const cohort = {
    source,
    index,
    stage,
    candidateShare,
    closed: false,
    settled: false,
    forsaken: false,
    guards,
  };
  evidence.open.push(cohort);
  return cohort;
}

function boundInForce(
  evidence: RolloutEvidence,
  spec: GuardSpec,
  candidateShare: number,
): number | undefined {
  if (spec.name === COMPARISON_GUARD) return clampShare(spec.boundShare!);
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

function merge(seen: CohortOutcomes, spec: GuardSpec, update: CohortUpdate): void {
  if (spec.name === COMPARISON_GUARD) {
    const compared = update.comparisons;
    if (compared) {
      const { started, disagree: bad, agree: good } = compared;
      keepHighest(seen.outcomes.candidate, { started, bad, good });
    }
    return;
  }
  const reported = ownOf(update.guards, spec.name);
  if (reported) {
    keepHighest(seen.outcomes.stable, reported.stable);
    keepHighest(seen.outcomes.candidate, reported.candidate);
  }
  const pairs = update.pairs && ownOf(update.pairs, spec.name);
  if (pairs) seen.pairs = highestPairs(seen.pairs ?? pairs, pairs);
}

function keepHighest(kept: Outcomes, reported: Outcomes): void {
  kept.started = Math.max(kept.started, reported.started);
  kept.bad = Math.max(kept.bad, reported.bad);
  kept.good = Math.max(kept.good, reported.good);
}

function highestPairs(kept: PairCounts, reported: PairCounts): PairCounts {
  const started = Math.max(kept.started ?? -1, reported.started ?? -1);
  return {
    ...(started >= 0 && { started }),
    both: Math.max(kept.both, reported.both),
    stableOnly: Math.max(kept.stableOnly, reported.stableOnly),
    candidateOnly: Math.max(kept.candidateOnly, reported.candidateOnly),
    neither: Math.max(kept.neither, reported.neither),
  };
}

function requirePossible(update: CohortUpdate): void {
  const { candidateShare, stage, index } = update;
  if (!Number.isFinite(candidateShare) || candidateShare < 0 || candidateShare > 1) {
    throw new RangeError(`candidateShare is ${candidateShare}, but must lie between 0 and 1`);
  }
  requireCount('stage', stage);
  requireCount('index', index);
  for (const [guard, tracks] of Object.entries(update.guards)) requireOutcomes(guard, tracks);
  for (const [guard, pairs] of Object.entries(update.pairs ?? {})) {
    for (const [name, count] of Object.entries(pairs)) requireCount(`pairs.${guard}.${name}`, count);
    const { started, both, stableOnly, candidateOnly, neither } = pairs;
    if (started !== undefined)
      requireStarted(`pairs.${guard}`, started, both + stableOnly + candidateOnly + neither);
  }
  if (update.comparisons) {
    const { started, agree, disagree } = update.comparisons;
    requireCount('comparisons.started', started);
    requireCount('comparisons.agree', agree);
    requireCount('comparisons.disagree', disagree);
    requireStarted('comparisons', started, agree + disagree);
  }
}

function requireOutcomes(guard: string, tracks: TrackOutcomes): void {
  for (const track of ['stable', 'candidate'] as const) {
    const { started, bad, good } = tracks[track];
    requireCount(`${guard}.${track}.started`, started);
    requireCount(`${guard}.${track}.bad`, bad);
    requireCount(`${guard}.${track}.good`, good);
    requireStarted(`${guard}.${track}`, started, bad + good);
  }
}

function requireStarted(what: string, started: number, ended: number): void {
  if (ended > started)
    throw new RangeError(`${what} has ${ended} outcomes, but only ${started} were started`);
}

function requireCount(what: string, count: number | undefined): void {
  if (count === undefined || !Number.isSafeInteger(count) || count < 0 || count > COUNT_AT_MOST) {
    throw new RangeError(`${what} is ${count}, but must be a whole number from 0 to ${COUNT_AT_MOST}`);
  }
}

function ownOf<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
