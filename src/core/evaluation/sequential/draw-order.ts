import { seededRandom } from '../seeded-random.ts';

/**
 * The places 0 to cases - 1 in a random order that the seed repeats (Fisher and Yates; Durstenfeld, "Algorithm 235", 1964). What stops early
 * has to ask cases in such an order: the beginning of a file is seldom like the rest of it.
 */
export const drawOrder = (cases: number, seed: number): Int32Array => {
  const random = seededRandom(seed, 'draw order');
  const order = Int32Array.from({ length: cases }, (_, place) => place);
  for (let last = cases - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const kept = order[last]!;
    order[last] = order[other]!;
    order[other] = kept;
  }
  return order;
};
