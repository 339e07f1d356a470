/**
 * Which of several claims hold, so that with probability at most `tail` any of them is wrong: Holm's procedure ("A simple sequentially
 * rejective multiple test procedure", 1979), told by intervals. Each claim is held to `tail` divided by how many are not shown yet,
 * until none more is. `holdsAt(i, tail)` says whether claim i would be shown alone with that error.
 */
export const stepDown = (
  claims: number,
  tail: number,
  holdsAt: (claim: number, tail: number) => boolean,
): { readonly shown: ReadonlySet<number>; readonly tailOfRest: number } => {
  const shown = new Set<number>();
  for (;;) {
    const each = tail / Math.max(1, claims - shown.size);
    const before = shown.size;
    for (let i = 0; i < claims; i += 1) if (!shown.has(i) && holdsAt(i, each)) shown.add(i);
    if (shown.size === before || shown.size === claims) return { shown, tailOfRest: each };
  }
};
