/**
 * How many n-grams of `text`, for n = 1 to `most`, also occur in a reference; each counts at most as often as it occurs in
 * the reference that has it most often (the clipped counts of Papineni et al., "BLEU", 2002). Entry n - 1 is for n.
 *
 * An n-gram is known by the number of its first n - 1 symbols and its last symbol, so no substring is ever made. References
 * get numbers only for n-grams that `text` has. The table has open addressing in flat arrays and is written out below,
 * for it is what takes the time.
 */
export const ngramMatches = (text: Int32Array, references: readonly Int32Array[], most: number): number[] => {
  const matches = new Array<number>(most).fill(0);
  const slots = slotsFor(text.length);
  const mask = slots - 1;
  const firsts = new Int32Array(slots);
  const seconds = new Int32Array(slots);
  // Numbers of n-grams go up from order to order, so that a slot of an earlier order is seen to be free.
  const idOf = new Int32Array(slots);
  let lastId = 0;
  const ids = new Int32Array(text.length);
  const ownIds = references.map((reference) => new Int32Array(reference.length));
  const counts = new Int32Array(text.length);
  const best = new Int32Array(text.length);
  const here = references.length === 1 ? best : new Int32Array(text.length);

  for (let n = 1; n <= most && n <= text.length; n += 1) {
    const before = lastId;
    counts.fill(0);
    for (let i = 0; i + n <= text.length; i += 1) {
      const first = ids[i]!;
      const second = text[i + n - 1]!;
      let slot = hashOf(first, second) & mask;
      while (idOf[slot]! > before && (firsts[slot] !== first || seconds[slot] !== second))
        slot = (slot + 1) & mask;
      if (idOf[slot]! <= before) {
        firsts[slot] = first;
        seconds[slot] = second;
        lastId += 1;
        idOf[slot] = lastId;
      }
      const id = idOf[slot]! - before;
      ids[i] = id;
      counts[id - 1] = counts[id - 1]! + 1;
    }
    best.fill(0);
    for (let r = 0; r < references.length; r += 1) {
      const reference = references[r]!;
      const own = ownIds[r]!;
      if (here !== best) here.fill(0);
      for (let i = 0; i + n <= reference.length; i += 1) {
        const first = own[i]!;
        if (first < 0) continue;
        const second = reference[i + n - 1]!;
        let slot = hashOf(first, second) & mask;
        while (idOf[slot]! > before && (firsts[slot] !== first || seconds[slot] !== second))
          slot = (slot + 1) & mask;
        const id = idOf[slot]! - before;
        if (id <= 0) {
          own[i] = -1;
          continue;
        }
        own[i] = id;
        const count = here[id - 1]! + 1;
        here[id - 1] = count;
        if (count > best[id - 1]!) best[id - 1] = count;
      }
    }
    let sum = 0;
    for (let k = 0; k < lastId - before; k += 1) sum += Math.min(counts[k]!, best[k]!);
    matches[n - 1] = sum;
    // Without a match of n symbols there is none of n + 1.
    if (sum === 0) break;
  }
  return matches;
};

/** Twice as many as there can be entries, so that rows of taken slots stay short; a power of two. */
const slotsFor = (entries: number): number => {
  let slots = 16;
  while (slots < 2 * entries) slots *= 2;
  return slots;
};

const hashOf = (first: number, second: number): number => {
  const h = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
  return h ^ (h >>> 15);
};
