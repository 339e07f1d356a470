/**
 * Holm's correction for several tests ("A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6,
 * 1979): what is at most alpha afterwards may be rejected, and some true hypothesis is rejected with at most that probability,
 * however the tests depend on each other. In the order given.
 */
export const holm = (p: readonly number[]): number[] => {
  const order = [...p.keys()].sort((a, b) => p[a]! - p[b]!);
  const adjusted = new Array<number>(p.length).fill(0);
  let least = 0;
  for (const [rank, i] of order.entries()) {
    least = Math.min(1, Math.max(least, (p.length - rank) * p[i]!));
    adjusted[i] = least;
  }
  return adjusted;
};
