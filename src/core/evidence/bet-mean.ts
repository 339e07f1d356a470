import type { TrackLevels } from './deciding-outcomes.ts';
import type { PendingRule } from './tally.ts';

/** Parts of the largest stake that the worst outcome can still pay; small ones for many requests, large ones for few. */
export const MEAN_STAKES: readonly number[] = [0.01, 0.03, 0.08, 0.18, 0.35, 0.55, 0.75, 0.95];

/** Values seen on each track with every pending one decided one way, from best (first) to worst (last). */
export interface LevelTally {
  stable: readonly number[];
  candidate: readonly number[];
}

export function levelTally({ stable, candidate }: TrackLevels, pending: PendingRule): LevelTally {
  const worst = stable.counts.length - 1;
  const decided = (counts: readonly number[], extra: number, level: number): number[] => {
    const all = counts.slice();
    all[level]! += extra;
    return all;
  };
  if (pending === 'leave-out') return { stable: stable.counts, candidate: candidate.counts };
  const candidateFavoured = pending === 'favour-candidate';
  return {
    stable: decided(stable.counts, stable.pending, candidateFavoured ? worst : 0),
    candidate: decided(candidate.counts, candidate.pending, candidateFavoured ? 0 : worst),
  };
}

/**
 * Bets that the candidate's mean exceeds stable's by more than `difference`, for values in [0, 1] (0 best), of requests that a coin of
 * bias w gave to one of them.
 *
 * With any centre m fixed beforehand, Z = (x - m) (1{candidate}/w - 1{stable}/(1-w)) has the mean mu_c - mu_s whatever the request is
 * like, because the coin knows nothing of it. So 1 + lambda (Z - difference) pays at most 1 on average while mu_c - mu_s <= difference, for
 * every lambda that keeps it positive (weighting by the coin: Waudby-Smith, Wu, Ramdas, Karampatziakis, Mineiro, "Anytime-valid
 * off-policy inference for contextual bandits", 2024; betting: Waudby-Smith and Ramdas, "Estimating means of bounded random variables by
 * betting", 2023). Returns the log factor of each stake. For a share of bad outcomes the values are 0 (good) and 1 (bad).
 *
 * @param candidateShare w, in (0, 1).
 * @param centre m, in [0, 1]; the nearer to stable's mean, the quicker.
 * @param difference in (-1, 1).
 */
export function betMeanAbove(
  candidateShare: number,
  centre: number,
  difference: number,
  counts: LevelTally,
  stakes: readonly number[] = MEAN_STAKES,
): number[] {
  const lowest = Math.max(centre / candidateShare, (1 - centre) / (1 - candidateShare));
  return bet(1, candidateShare, centre, difference, lowest + difference, counts, stakes);
}

/** Bets that the candidate's mean exceeds stable's by less than `difference`; otherwise as `betMeanAbove`. */
export function betMeanBelow(
  candidateShare: number,
  centre: number,
  difference: number,
  counts: LevelTally,
  stakes: readonly number[] = MEAN_STAKES,
): number[] {
  const highest = Math.max((1 - centre) / candidateShare, centre / (1 - candidateShare));
  return bet(-1, candidateShare, centre, difference, highest - difference, counts, stakes);
}

function bet(
  direction: 1 | -1,
  candidateShare: number,
  centre: number,
  difference: number,
  reach: number,
  counts: LevelTally,
  stakes: readonly number[],
): number[] {
  const logs = new Array<number>(stakes.length).fill(0);
  const steps = counts.stable.length - 1;
  const play = (count: number, z: number): void => {
    if (count === 0) return;
    for (let i = 0; i < logs.length; i++) {
      logs[i]! += count * Math.log1p((stakes[i]! / reach) * direction * (z - difference));
    }
  };
  for (let level = 0; level <= steps; level++) {
    const offset = level / steps - centre;
    play(counts.candidate[level]!, offset / candidateShare);
    play(counts.stable[level]!, -offset / (1 - candidateShare));
  }
  return logs;
}
