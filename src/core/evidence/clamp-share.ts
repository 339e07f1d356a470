const LOWEST = 1e-6;

/** Steps on a log-odds scale of about one percent: nearer guesses pay no more, and few values can be remembered. */
const STEPS = 100;

/** The nearest share on that grid, clamped. */
export function onGrid(share: number): number {
  const inside = clampShare(share);
  const logOdds = Math.round(STEPS * Math.log(inside / (1 - inside))) / STEPS;
  return clampShare(1 / (1 + Math.exp(-logOdds)));
}

/** Keeps a share away from 0 and 1, so that every bet stays payable and every logarithm finite. */
export function clampShare(share: number): number {
  return Math.min(1 - LOWEST, Math.max(LOWEST, share));
}
