/**
 * Levenshtein's distance between two rows of symbols: the fewest insertions, deletions and replacements. 32 rows of the table are
 * worked on at a time (Myers, "A fast bit-vector algorithm for approximate string matching based on dynamic programming",
 * 1999; for the whole distance, Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances", 2003).
 */
export const editDistance = (one: Int32Array, other: Int32Array): number => {
  let start = 0;
  let endOne = one.length;
  let endOther = other.length;
  while (start < endOne && start < endOther && one[start] === other[start]) start += 1;
  while (endOne > start && endOther > start && one[endOne - 1] === other[endOther - 1]) {
    endOne -= 1;
    endOther -= 1;
  }
  const a = one.subarray(start, endOne);
  const b = other.subarray(start, endOther);
  if (a.length === 0) return b.length;
  return b.length === 0 ? a.length : bitDistance(a, b);
};

const bitDistance = (pattern: Int32Array, text: Int32Array): number => {
  const words = Math.ceil(pattern.length / 32);
  const masks = new Map<number, Int32Array>();
  for (let i = 0; i < pattern.length; i += 1) {
    let mask = masks.get(pattern[i]!);
    if (mask === undefined) masks.set(pattern[i]!, (mask = new Int32Array(words)));
    mask[i >>> 5] = mask[i >>> 5]! | (1 << (i & 31));
  }
  const none = new Int32Array(words);
  // Where the table grows or falls by one from a row to the next.
  const up = new Int32Array(words).fill(-1);
  const down = new Int32Array(words);
  const lastBit = 1 << ((pattern.length - 1) & 31);
  let distance = pattern.length;
  for (let j = 0; j < text.length; j += 1) {
    const mask = masks.get(text[j]!) ?? none;
    let upIn = 1;
    let downIn = 0;
    for (let w = 0; w < words; w += 1) {
      const above = up[w]!;
      const below = down[w]!;
      const same = mask[w]!;
      const vertical = same | below;
      const equal = same | downIn;
      const horizontal = (((equal & above) + above) ^ above) | equal;
      let grows = below | ~(horizontal | above);
      let falls = above & horizontal;
      if (w === words - 1) {
        if (grows & lastBit) distance += 1;
        if (falls & lastBit) distance -= 1;
      }
      const upOut = grows >>> 31;
      const downOut = falls >>> 31;
      grows = (grows << 1) | upIn;
      falls = (falls << 1) | downIn;
      up[w] = falls | ~(vertical | grows);
      down[w] = grows & vertical;
      upIn = upOut;
      downIn = downOut;
    }
  }
  return distance;
};
