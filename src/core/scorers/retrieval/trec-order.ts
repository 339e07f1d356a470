export interface ScoredDocument {
  readonly id: string;
  readonly score: number;
}

/**
 * The order in which trec_eval reads a run: by score, and documents whose scores are equal as 32-bit numbers by their ids,
 * the greater bytes first. The order in the file, and any rank written there, means nothing.
 */
export const trecOrder = (documents: readonly ScoredDocument[]): string[] => {
  const rounded = documents.map(({ id, score }) => ({ id, score: Math.fround(score) }));
  if (rounded.some(({ score }) => Number.isNaN(score))) throw new RangeError('a score is not a number');
  return rounded
    .sort((a, b) => (a.score === b.score ? compareCodePoints(b.id, a.id) : a.score < b.score ? 1 : -1))
    .map(({ id }) => id);
};

/** Code points compare like the bytes of UTF-8; JavaScript compares halves of pairs, which sorts emoji before U+E000. */
const compareCodePoints = (one: string, other: string): number => {
  const most = Math.min(one.length, other.length);
  for (let i = 0; i < most; i += 1) {
    if (one.charCodeAt(i) === other.charCodeAt(i)) continue;
    // Equal so far, so a second half has the same first half before it on both sides.
    return one.codePointAt(i)! - other.codePointAt(i)!;
  }
  return one.length - other.length;
};
