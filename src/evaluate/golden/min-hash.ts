/** Hash functions of a sketch, and how they are cut into bands: two sketches are compared when one whole band is the same. */
export const SKETCH_SIZE = 64;
export const BAND_SIZE = 4;
export const SHINGLE_CHARACTERS = 5;

/**
 * MinHash (Broder, "On the resemblance and containment of documents", 1997) over runs of five characters: the share of places in which two
 * sketches agree estimates the Jaccard similarity of the two texts, with a standard error of at most 1/16. A text shorter than
 * five characters is one run by itself.
 */
export const minHash = (text: string): Uint32Array => {
  const sketch = new Uint32Array(SKETCH_SIZE).fill(0xffff_ffff);
  const last = Math.max(0, text.length - SHINGLE_CHARACTERS);
  for (let start = 0; start <= last; start += 1) {
    let h = 0x811c9dc5;
    const end = Math.min(text.length, start + SHINGLE_CHARACTERS);
    for (let i = start; i < end; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    // The finalizer of MurmurHash3, or neighbouring runs would have neighbouring values.
    h ^= h >>> 16;
    h = Math.imul(h, 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h, 0xc2b2ae35);
    h ^= h >>> 16;
    for (let k = 0; k < SKETCH_SIZE; k += 1) {
      const value = (Math.imul(h, MULTIPLIERS[k]!) + ADDENDS[k]!) >>> 0;
      if (value < sketch[k]!) sketch[k] = value;
    }
  }
  return sketch;
};

/** 0 to 1. */
export const similarity = (a: Uint32Array, b: Uint32Array): number => {
  let same = 0;
  for (let k = 0; k < SKETCH_SIZE; k += 1) if (a[k] === b[k]) same += 1;
  return same / SKETCH_SIZE;
};

/** One text for each band, which only bands of the same place and values share. */
export const bandsOf = (sketch: Uint32Array): string[] => {
  const bands: string[] = [];
  for (let start = 0; start < SKETCH_SIZE; start += BAND_SIZE) {
    let h = start;
    let g = 0x9e3779b9;
    for (let k = start; k < start + BAND_SIZE; k += 1) {
      h = Math.imul(h ^ sketch[k]!, 0x01000193);
      g = Math.imul(g ^ (sketch[k]! >>> 7), 0x85ebca6b);
    }
    bands.push(`${start}:${h >>> 0}:${g >>> 0}`);
  }
  return bands;
};

/** Odd numbers, so that each function is a permutation of all 32-bit values; from a fixed splitmix sequence. */
const fixed = (start: number, isOdd: boolean): Uint32Array => {
  let state = start;
  return Uint32Array.from({ length: SKETCH_SIZE }, () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return ((z ^ (z >>> 16)) | (isOdd ? 1 : 0)) >>> 0;
  });
};
const MULTIPLIERS = fixed(1, true);
const ADDENDS = fixed(2, false);
