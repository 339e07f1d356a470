import { betWorse } from './bet-worse.ts';
import type { Outcomes, TrackOutcomes } from './cohort-update.ts';
import {
  copyProcess,
  type EProcess,
  logValue,
  logValueAtMost,
  multiply,
  startProcessWithReserve,
} from './e-process.ts';
import type { WorseProcess } from './evidence-state.ts';
import { logMean } from './log-sum.ts';
import { earlyTally, tally } from './tally.ts';

export function startWorse(strategies: number): WorseProcess {
  return {
    final: startProcessWithReserve(strategies),
    early: startProcessWithReserve(strategies),
    peakLogE: 0,
  };
}

export function copyWorse({ final, early, peakLogE }: WorseProcess): WorseProcess {
  return { final: copyProcess(final), early: copyProcess(early), peakLogE };
}

/**
 * Plays one group of units in both readings, pending outcomes counting for the candidate. The early reading does not wait for
 * slow answers. Where everything is answered before the early age the two are the same and nothing is lost.
 */
export function playWorse(
  process: WorseProcess,
  candidateShare: number,
  expected: { readonly stableShare: number; readonly earlyShare: number },
  outcomes: TrackOutcomes,
): void {
  const { started } = outcomes.candidate;
  const counts = tally(outcomes, 'favour-candidate');
  const factors = betWorse(candidateShare, expected.stableShare, counts);
  playBoth(
    process,
    factors,
    isAsFinal(outcomes) && expected.earlyShare === expected.stableShare
      ? factors
      : betWorse(candidateShare, expected.earlyShare, earlyTally(outcomes, 'favour-candidate')),
    started,
  );
}

/** Everything was answered before the early age, or nobody reports early outcomes. */
function isAsFinal({ stable, candidate }: TrackOutcomes): boolean {
  if (stable.early === undefined && candidate.early === undefined) return true;
  return isSame(stable) && isSame(candidate);
}

function isSame({ bad, good, early }: Outcomes): boolean {
  return early !== undefined && early.bad === bad && early.good === good;
}

/** Plays factors that were computed elsewhere. */
export function playBoth(
  process: WorseProcess,
  finalFactors: readonly number[],
  earlyFactors: readonly number[],
  observations: number,
): void {
  const areTwins = isAlike(process.final, process.early);
  multiply(process.final, finalFactors, observations);
  if (finalFactors === earlyFactors && areTwins) copyInto(process.early, process.final);
  else multiply(process.early, earlyFactors, observations);
  if (Math.max(logValueAtMost(process.final), logValueAtMost(process.early)) <= process.peakLogE) return;
  const now = logMean([logValue(process.final), logValue(process.early)]);
  if (now > process.peakLogE) process.peakLogE = now;
}

/** Two readings that have been the same so far; then what happens to both is worked out once. */
function isAlike(a: EProcess, b: EProcess): boolean {
  return (
    a.observations === b.observations &&
    a.reserveShare === b.reserveShare &&
    a.logWealth.every((wealth, i) => wealth === b.logWealth[i])
  );
}

function copyInto(to: EProcess, { logWealth, reserveShare, observations }: EProcess): void {
  for (let i = 0; i < logWealth.length; i++) to.logWealth[i] = logWealth[i]!;
  to.reserveShare = reserveShare;
  to.observations = observations;
}
