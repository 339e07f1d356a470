import { betBelowBound } from './bet-below-bound.ts';
import { betMeanBelow } from './bet-mean.ts';
import { notWorsePay } from './bet-not-worse.ts';
import { betPairedNotWorse } from './bet-paired-not-worse.ts';
import { COMPARISON_GUARD } from './comparison-guard.ts';
import { measured } from './deciding-outcomes.ts';
import type { EProcess } from './e-process.ts';
import type { GuardSpec } from './evidence-spec.ts';
import type { Exposure, StageEvidence } from './evidence-state.ts';
import { isSplit } from './exposure.ts';
import type { EvidenceRule } from './guard-reading.ts';
import { pendingOf } from './tally.ts';

export interface MoreRequests {
  moreRequests: number;
  moreCandidateRequests: number;
}

/** Outcomes that a first guess is worth, so that a handful of requests does not swing the forecast. */
const GUESS_OUTCOMES = 100;

/**
 * About how many more requests the gate needs, from the expected log growth of each bet at the rates seen so far. The candidate is
 * never taken to be better than stable, so a forecast rather falls than rises. What has started but is pending counts as on
 * its way: 0 means that waiting is enough. Undefined if no bet grows, that is, if more of the same would not pass.
 */
export function forecastRequests(
  guard: GuardSpec,
  rule: EvidenceRule,
  stage: StageEvidence,
  logThreshold: number,
): MoreRequests | undefined {
  if (rule === 'paired') return forecastPaired(guard, stage, logThreshold);
  if (!stage.newest) return undefined;
  if (guard.kind === 'mean') return forecastMean(guard, stage, stage.newest, logThreshold);
  return rule === 'bound'
    ? forecastBound(guard, stage, stage.newest, logThreshold)
    : forecastCompare(guard, stage, stage.newest, logThreshold);
}

function forecastCompare(
  guard: GuardSpec,
  stage: StageEvidence,
  { candidateShare, stableShare }: Exposure,
  logThreshold: number,
): MoreRequests | undefined {
  const { bad, good } = stage.outcomes.candidate;
  const blended = (bad + GUESS_OUTCOMES * stableShare) / (bad + good + GUESS_OUTCOMES);
  const candidateBad = Math.max(stableShare, blended);
  const pay = notWorsePay(candidateShare, stableShare, guard.marginShare);
  const growth =
    candidateShare * mix(candidateBad, pay.candidateBad, pay.candidateGood) +
    (1 - candidateShare) * mix(stableShare, pay.stableBad, pay.stableGood);
  const needed = requestsToReach(logThreshold, stage.advance.compare, [growth]);
  if (needed === undefined) return undefined;
  const pending = pendingOf(stage.outcomes.candidate) + pendingOf(stage.outcomes.stable);
  return split(needed - pending, candidateShare);
}

/** The candidate is taken to spread as stable does, which is where an equal one would be. */
function forecastMean(
  guard: GuardSpec,
  stage: StageEvidence,
  { candidateShare, stableShare }: Exposure,
  logThreshold: number,
): MoreRequests | undefined {
  const { means } = stage;
  if (!means || !isSplit(candidateShare)) return undefined;
  const seen = measured(means.stable.levels);
  if (seen === 0) return undefined;
  const spread = means.stable.levels.map((count) => count / seen);
  const none = spread.map(() => 0);
  const bet = (stable: number[], candidate: number[]) =>
    betMeanBelow(candidateShare, stableShare, guard.marginShare, { stable, candidate });
  const ifStable = bet(spread, none);
  const ifCandidate = bet(none, spread);
  const growths = ifStable.map((pay, i) => (1 - candidateShare) * pay + candidateShare * ifCandidate[i]!);
  const needed = requestsToReach(logThreshold, stage.advance.compare, growths);
  if (needed === undefined) return undefined;
  const begun = means.stable.started + means.candidate.started;
  return split(needed - (begun - seen - measured(means.candidate.levels)), candidateShare);
}

function forecastBound(
  guard: GuardSpec,
  stage: StageEvidence,
  { candidateShare, boundShare }: Exposure,
  logThreshold: number,
): MoreRequests | undefined {
  if (boundShare === undefined) return undefined;
  const { bad, good } = stage.outcomes.candidate;
  const badShare = (bad + (GUESS_OUTCOMES * boundShare) / 2) / (bad + good + GUESS_OUTCOMES);
  const ifBad = betBelowBound(boundShare, 1, 0);
  const ifGood = betBelowBound(boundShare, 0, 1);
  const growths = ifBad.map((pay, i) => mix(badShare, pay, ifGood[i]!));
  const needed = requestsToReach(logThreshold, stage.advance.bound, growths);
  if (needed === undefined) return undefined;
  const missing = needed - pendingOf(stage.outcomes.candidate);
  return guard.name === COMPARISON_GUARD
    ? split(missing, 1)
    : split(missing / candidateShare, candidateShare);
}

function forecastPaired(
  guard: GuardSpec,
  stage: StageEvidence,
  logThreshold: number,
): MoreRequests | undefined {
  const { started, both, neither, candidateOnly, stableOnly } = stage.pairs;
  const answered = both + neither + candidateOnly + stableOnly;
  const candidateShare = (candidateOnly + 1) / (answered + GUESS_OUTCOMES);
  const stableShare = (stableOnly + 1) / (answered + GUESS_OUTCOMES);
  const ifCandidate = betPairedNotWorse(guard.marginShare, 1, 0, 0);
  const ifStable = betPairedNotWorse(guard.marginShare, 0, 1, 0);
  const ifAlike = betPairedNotWorse(guard.marginShare, 0, 0, 1);
  const growths = ifAlike.map(
    (alike, i) =>
      candidateShare * ifCandidate[i]! +
      stableShare * ifStable[i]! +
      (1 - candidateShare - stableShare) * alike,
  );
  const needed = requestsToReach(logThreshold, stage.advance.paired, growths);
  return needed === undefined ? undefined : split(needed - Math.max(0, started! - answered), 1);
}

/** Fewest requests after which one bet alone carries the mean over the threshold. */
function requestsToReach(
  logThreshold: number,
  process: EProcess,
  growths: readonly number[],
): number | undefined {
  const bets = process.logWealth.length;
  let fewest = Number.POSITIVE_INFINITY;
  process.logWealth.forEach((wealth, i) => {
    const growth = growths[i]!;
    const gap = logThreshold + Math.log(bets) - wealth;
    if (growth > 0) fewest = Math.min(fewest, Math.max(0, gap) / growth);
  });
  return Number.isFinite(fewest) ? fewest : undefined;
}

function split(requests: number, candidateShare: number): MoreRequests {
  const moreRequests = Math.max(0, Math.ceil(requests));
  return { moreRequests, moreCandidateRequests: Math.ceil(moreRequests * candidateShare) };
}

function mix(badShare: number, ifBad: number, ifGood: number): number {
  return badShare * ifBad + (1 - badShare) * ifGood;
}
