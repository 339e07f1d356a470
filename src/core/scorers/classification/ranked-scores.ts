/** The cases from the highest score to the lowest, in groups that share a score. */
export interface RankedScores {
  readonly order: Uint32Array;
  /** For each place in `order`, 1 when the next place has another score or there is none. */
  readonly endsGroup: Uint8Array;
}

/** Throws a RangeError for a score that is not a number: it has no place in any order. */
export const rankScores = (scores: ArrayLike<number>): RankedScores => {
  const order = new Uint32Array(scores.length);
  for (let i = 0; i < scores.length; i += 1) {
    if (Number.isNaN(scores[i])) throw new RangeError('a score that is not a number cannot be ranked');
    order[i] = i;
  }
  order.sort((a, b) => scores[b]! - scores[a]! || a - b);
  const endsGroup = new Uint8Array(scores.length);
  for (let i = 0; i < order.length; i += 1) {
    endsGroup[i] = scores[order[i]!] === scores[order[i + 1]!] ? 0 : 1;
  }
  return { order, endsGroup };
};
