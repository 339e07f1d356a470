/** The candidate that was most likely meant by a misspelt word, or undefined when none is near. */
export const closest = (word: string, candidates: readonly string[]): string | undefined => {
  const plain = simplify(word);
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(plain, simplify(candidate));
    if (best === undefined || distance < best.distance) best = { candidate, distance };
  }
  const farthest = Math.max(1, Math.floor(plain.length / 3));
  return best !== undefined && best.distance <= farthest ? best.candidate : undefined;
};

/** Case, hyphens and underscores are how the same word is written elsewhere. */
const simplify = (word: string): string => word.slice(0, 64).toLowerCase().replace(/[-_ ]/g, '');

/** Optimal string alignment: insertions, deletions, replacements and swaps of neighbours cost one each. */
const editDistance = (from: string, to: string): number => {
  const rows = Array.from({ length: from.length + 1 }, (_, row) => [row]);
  for (let column = 1; column <= to.length; column++) rows[0]![column] = column;
  for (let row = 1; row <= from.length; row++) {
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let cost = Math.min(
        rows[row - 1]![column]! + 1,
        rows[row]![column - 1]! + 1,
        rows[row - 1]![column - 1]! + (same ? 0 : 1),
      );
      const swapped =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) cost = Math.min(cost, rows[row - 2]![column - 2]! + 1);
      rows[row]![column] = cost;
    }
  }
  return rows[from.length]![to.length]!;
};
