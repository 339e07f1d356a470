import { notWorsePay } from './bet-not-worse.ts';
import type { CohortUpdate, MeanOutcomes, Outcomes, PairCounts, TrackOutcomes } from './cohort-update.ts';
import { COMPARISON_GUARD } from './comparison-guard.ts';
import type { GuardSpec } from './evidence-spec.ts';
import type { CohortOutcomes, KeyGroup } from './evidence-state.ts';
import { isSplit } from './exposure.ts';
import { noOutcomes } from './open-evidence.ts';

/** Takes an update's counts for one guard into what is known of its cohort: each counter keeps the highest value seen. */
export function mergeUpdate(
  seen: CohortOutcomes,
  spec: GuardSpec,
  candidateShare: number,
  update: CohortUpdate,
): void {
  if (spec.name === COMPARISON_GUARD) {
    const compared = update.comparisons;
    if (compared) {
      const { started, disagree: bad, agree: good } = compared;
      keepHighest(seen.outcomes.candidate, { started, bad, good });
    }
    return;
  }
  const reported = ownOf(update.guards, spec.name);
  if (reported) keepHighestOfBoth(seen.outcomes, reported);
  mergeKeys(seen, spec, candidateShare, update);
  const means = update.means && ownOf(update.means, spec.name);
  if (means) {
    if (update.meansShare !== undefined) seen.meansShare ??= update.meansShare;
    seen.means ??= { stable: { started: 0, levels: [] }, candidate: { started: 0, levels: [] } };
    for (const track of ['stable', 'candidate'] as const) keepHighestMean(seen.means[track], means[track]);
  }
  const pairs = update.pairs && ownOf(update.pairs, spec.name);
  if (pairs) seen.pairs = highestPairs(seen.pairs ?? pairs, pairs);
}

function mergeKeys(
  seen: CohortOutcomes,
  spec: GuardSpec,
  candidateShare: number,
  { keys, keysAgain }: CohortUpdate,
): void {
  const fresh = keys && ownOf(keys, spec.name);
  if (fresh) keepHighestOfBoth(groupOf(seen, spec, candidateShare).outcomes, fresh);
  for (const again of keysAgain ?? []) {
    const reported = ownOf(again.guards, spec.name);
    if (reported) keepHighestOfBoth(groupOf(seen, spec, again.candidateShare).outcomes, reported);
  }
}

function groupOf(seen: CohortOutcomes, { marginShare }: GuardSpec, candidateShare: number): KeyGroup {
  seen.keys ??= [];
  const known = seen.keys.find((group) => group.candidateShare === candidateShare);
  if (known) return known;
  const group: KeyGroup = {
    candidateShare,
    outcomes: noOutcomes(),
    ...(isSplit(candidateShare) && {
      notWorsePay: notWorsePay(candidateShare, seen.stableShare, marginShare),
    }),
  };
  seen.keys.push(group);
  return group;
}

function keepHighestOfBoth(kept: TrackOutcomes, reported: TrackOutcomes): void {
  keepHighest(kept.stable, reported.stable);
  keepHighest(kept.candidate, reported.candidate);
}

function keepHighest(kept: Outcomes, reported: Outcomes): void {
  kept.started = Math.max(kept.started, reported.started);
  kept.bad = Math.max(kept.bad, reported.bad);
  kept.good = Math.max(kept.good, reported.good);
  if (reported.early === undefined) return;
  const { bad, good } = kept.early ?? { bad: 0, good: 0 };
  kept.early = { bad: Math.max(bad, reported.early.bad), good: Math.max(good, reported.early.good) };
}

function keepHighestMean(kept: MeanOutcomes, reported: MeanOutcomes): void {
  kept.started = Math.max(kept.started, reported.started);
  kept.levels = reported.levels.map((count, level) => Math.max(count, kept.levels[level] ?? 0));
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

function ownOf<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
