/**
 * From this candidate share on, the stable track (a holdback, or nothing) is too thin to compare with in useful time, and a bound
 * has to do.
 */
const NEARLY_ALL = 0.95;

export function isNearlyAll(candidateShare: number): boolean {
  return candidateShare >= NEARLY_ALL;
}

/** Whether a coin decided between two tracks, so that they can be compared. */
export function isSplit(candidateShare: number): boolean {
  return candidateShare > 0 && candidateShare < 1;
}
