/** Parts of the largest stake that can still be paid when the candidate alone is bad. */
export const STAKES: readonly number[] = [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9];

/**
 * Bets that, on mirrored requests, the share on which only the candidate is bad exceeds the share on which only stable is bad by less
 * than the margin. Each pair shows d in {-1, 0, 1} (stable alone bad, alike, candidate alone bad); under the null its mean
 * is at least the margin m, so 1 + lambda (m - d) pays at most 1 on average for any lambda in [0, 1/(1-m)) (Waudby-Smith and
 * Ramdas, "Estimating means of bounded random variables by betting", 2023). Returns the log factor of each stake.
 */
export function betPairedNotWorse(
  marginShare: number,
  candidateOnly: number,
  stableOnly: number,
  alike: number,
): number[] {
  return STAKES.map((stake) => {
    const lambda = stake / (1 - marginShare);
    return (
      candidateOnly * Math.log1p(-stake) +
      alike * Math.log1p(lambda * marginShare) +
      stableOnly * Math.log1p(lambda * (1 + marginShare))
    );
  });
}
