const LOWEST = 1e-6;

/** Keeps a share away from 0 and 1, so that every bet stays payable and every logarithm finite. */
export function clampShare(share: number): number {
  return Math.min(1 - LOWEST, Math.max(LOWEST, share));
}
