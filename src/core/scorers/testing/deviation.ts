/** The greatest distance between two rows of scores; infinite where one is undefined and the other is not. */
export const deviation = (found: readonly (number | null)[], wanted: readonly (number | null)[]): number => {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  let greatest = 0;
  for (const [i, one] of found.entries()) {
    const other = wanted[i] ?? null;
    if (one === null && other === null) continue;
    const gap = one === null || other === null ? Number.POSITIVE_INFINITY : Math.abs(one - other);
    if (!(gap <= greatest)) greatest = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap;
  }
  return greatest;
};
