/** Uniform on [0, 1). */
export type Random = () => number;

/**
 * Reproducible random numbers: xoshiro128** (Blackman, Vigna, "Scrambled linear pseudorandom number generators", 2021),
 * its state filled from the seed and the name of a stream, so that two uses of one seed never share their numbers.
 */
export const seededRandom = (seed: number, stream = ''): Random => {
  const fill = splitMix(hash(`${seed}/${stream}`));
  let a = fill();
  let b = fill();
  let c = fill();
  let d = fill() | 1; // never all zero
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return result / 4_294_967_296;
  };
};

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

/** FNV-1a, 32 bits. */
const hash = (text: string): number => {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h;
};

const splitMix = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return z ^ (z >>> 16);
  };
};
