import type { Outcomes, TrackOutcomes } from './cohort-update.ts';
import type { EvidenceSpec } from './evidence-spec.ts';
import type { CohortOutcomes, GuardEvidence, OpenCohort, StageEvidence } from './evidence-state.ts';
import { isNearlyAll } from './exposure.ts';
import { pendingOf } from './tally.ts';

/** Adds one cohort to the counts of its stage. */
export function countCohort(
  stage: StageEvidence,
  evidence: EvidenceSpec,
  cohort: OpenCohort,
  seen: CohortOutcomes,
): void {
  addOutcomes(stage.outcomes, seen.outcomes);
  for (const { outcomes } of seen.keys ?? []) addOutcomes(stage.keys, outcomes);
  if (seen.means) addMeans(stage, seen.means);
  if (seen.isWarmUp) {
    const { stable, candidate } = seen.means ?? seen.outcomes;
    stage.warmUpRequests += stable.started + candidate.started;
  }
  // When a gateway dies says nothing about its requests, but which of them had an outcome by then does.
  if (!isNearlyAll(cohort.candidateShare) && !seen.isWarmUp && !cohort.forsaken) {
    for (const { stable } of unitsOf(evidence, seen)) {
      stage.yardstick.bad += stable.bad + pendingOf(stable);
      stage.yardstick.good += stable.good;
    }
  }
  if (seen.pairs) {
    const { both, stableOnly, candidateOnly, neither } = seen.pairs;
    stage.pairs.started! += seen.pairs.started ?? both + stableOnly + candidateOnly + neither;
    stage.pairs.both += both;
    stage.pairs.stableOnly += stableOnly;
    stage.pairs.candidateOnly += candidateOnly;
    stage.pairs.neither += neither;
  }
  // A pull follows from outcomes, so it may not choose the rule that the stage is left by.
  if (cohort.pull !== undefined) return;
  stage.newest = {
    candidateShare: cohort.candidateShare,
    stableShare: seen.stableShare,
    ...(seen.boundShare !== undefined && { boundShare: seen.boundShare }),
  };
}

/** Outcomes of the units that decide. */
export function unitsOf(evidence: EvidenceSpec, seen: CohortOutcomes): TrackOutcomes[] {
  return evidence.unit === 'key' ? (seen.keys ?? []).map(({ outcomes }) => outcomes) : [seen.outcomes];
}

function addOutcomes(sum: TrackOutcomes, more: TrackOutcomes): void {
  for (const track of ['stable', 'candidate'] as const) addOne(sum[track], more[track]);
}

function addOne(sum: Outcomes, more: Outcomes): void {
  sum.started += more.started;
  sum.bad += more.bad;
  sum.good += more.good;
  // A gateway that reports nothing early is taken as it stands.
  const early = more.early ?? { bad: more.bad, good: more.good };
  if (sum.early === undefined && more.early === undefined) return;
  const before = sum.early ?? { bad: sum.bad - more.bad, good: sum.good - more.good };
  sum.early = { bad: before.bad + early.bad, good: before.good + early.good };
}

function addMeans(stage: StageEvidence, means: NonNullable<CohortOutcomes['means']>): void {
  const sum = stage.means;
  if (sum === undefined) {
    stage.means = structuredClone(means);
    return;
  }
  for (const track of ['stable', 'candidate'] as const) {
    sum[track].started += means[track].started;
    means[track].levels.forEach((count, level) => {
      sum[track].levels[level] = (sum[track].levels[level] ?? 0) + count;
    });
  }
}

/** Stable outcomes that `recentStable` is about; beyond twice as many all fade by half. */
const RECENT_OUTCOMES = 300;

/** Lets the newest outcomes of stable push out older ones. */
export function rememberRecent(guard: GuardEvidence, seen: CohortOutcomes): void {
  const recent = guard.recentStable;
  recent.bad += seen.outcomes.stable.bad;
  recent.good += seen.outcomes.stable.good;
  if (recent.bad + recent.good > 2 * RECENT_OUTCOMES) {
    recent.bad /= 2;
    recent.good /= 2;
  }
}
