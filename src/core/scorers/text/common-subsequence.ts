/**
 * The length of the longest common subsequence, 32 symbols at a time (Hyyrö, "Bit-parallel LCS-length computation revisited",
 * 2004): a bit of `open` is cleared where one more symbol has been matched.
 */
export const commonSubsequenceLength = (one: Int32Array, other: Int32Array): number => {
  if (one.length === 0 || other.length === 0) return 0;
  const words = Math.ceil(one.length / 32);
  const masks = new Map<number, Int32Array>();
  for (let i = 0; i < one.length; i += 1) {
    let mask = masks.get(one[i]!);
    if (mask === undefined) masks.set(one[i]!, (mask = new Int32Array(words)));
    mask[i >>> 5] = mask[i >>> 5]! | (1 << (i & 31));
  }
  const open = new Int32Array(words).fill(-1);
  for (let j = 0; j < other.length; j += 1) {
    const mask = masks.get(other[j]!);
    if (mask === undefined) continue;
    let carry = 0;
    for (let w = 0; w < words; w += 1) {
      const before = open[w]!;
      const hit = before & mask[w]!;
      const sum = (before >>> 0) + (hit >>> 0) + carry;
      carry = sum > 0xffffffff ? 1 : 0;
      open[w] = sum | 0 | (before & ~hit);
    }
  }
  let length = 0;
  for (let i = 0; i < one.length; i += 1) length += (open[i >>> 5]! >>> (i & 31)) & 1 ? 0 : 1;
  return length;
};

/**
 * Marks in `taken` the positions of `reference` that belong to one longest common subsequence with `other`. Which of several
 * equally long ones it is decides the summary-level ROUGE-L, so the way back through the table is that of `rouge-score`:
 * a match is taken, else the greater neighbour, else the one above.
 */
export const markCommonSubsequence = (reference: Int32Array, other: Int32Array, taken: Uint8Array): void => {
  const rows = reference.length;
  const width = other.length + 1;
  const table = new Int32Array((rows + 1) * width);
  for (let i = 1; i <= rows; i += 1) {
    const symbol = reference[i - 1]!;
    const row = i * width;
    for (let j = 1; j < width; j += 1) {
      table[row + j] =
        symbol === other[j - 1]
          ? table[row + j - width - 1]! + 1
          : Math.max(table[row + j - width]!, table[row + j - 1]!);
    }
  }
  let i = rows;
  let j = other.length;
  while (i > 0 && j > 0) {
    if (reference[i - 1] === other[j - 1]) {
      taken[i - 1] = 1;
      i -= 1;
      j -= 1;
    } else if (table[i * width + j - 1]! > table[(i - 1) * width + j]!) j -= 1;
    else i -= 1;
  }
};
