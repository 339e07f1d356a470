import type { Random } from '../evaluation/seeded-random.ts';

export interface PermutationResult {
  /** Two-sided. */
  readonly p: number;
  /** `exact`: all exchanges were tried; else how many were drawn. */
  readonly method: 'exact' | 'drawn';
  readonly exchanges: number;
}

/** Up to so many differences other than 0, all 2^n exchanges are tried. */
export const MOST_EXACT = 18;

/**
 * The paired permutation test of a mean difference (Fisher, "The design of experiments", 1935, section 21): were the two sides alike,
 * each difference could as well have the other sign. Drawn exchanges count the observed one too, so that p is never 0 (Phipson,
 * Smyth, "Permutation p-values should never be zero", 2010).
 */
export const permutationTest = (
  differences: readonly number[],
  draws: number,
  random: Random,
): PermutationResult => {
  // A difference of 0 keeps its value under both signs and leaves the share as it is.
  const sizes = differences.filter((one) => one !== 0);
  if (sizes.some(Number.isNaN)) throw new RangeError('a difference is not a number');
  const observed = Math.abs(sizes.reduce((sum, one) => sum + one, 0));
  // Sums in another order differ in their last digits; equal ones must count as equal.
  const atLeast = observed - 1e-12 * sizes.reduce((sum, one) => sum + Math.abs(one), 0);
  return sizes.length <= MOST_EXACT ? exact(sizes, atLeast) : drawn(sizes, atLeast, draws, random);
};

/** By Gray's code, in which one sign changes from each exchange to the next. */
const exact = (sizes: readonly number[], atLeast: number): PermutationResult => {
  const exchanges = 2 ** sizes.length;
  const signed = [...sizes];
  let sum = sizes.reduce((total, one) => total + one, 0);
  let extreme = 0;
  for (let step = 1; step <= exchanges; step += 1) {
    if (Math.abs(sum) >= atLeast) extreme += 1;
    const turned = 31 - Math.clz32(step & -step);
    if (turned >= signed.length) continue;
    sum -= 2 * signed[turned]!;
    signed[turned] = -signed[turned]!;
  }
  return { p: extreme / exchanges, method: 'exact', exchanges };
};

const drawn = (
  sizes: readonly number[],
  atLeast: number,
  draws: number,
  random: Random,
): PermutationResult => {
  let extreme = 1;
  for (let draw = 0; draw < draws; draw += 1) {
    let sum = 0;
    for (let i = 0; i < sizes.length; i += 1) sum += random() < 0.5 ? sizes[i]! : -sizes[i]!;
    if (Math.abs(sum) >= atLeast) extreme += 1;
  }
  return { p: extreme / (draws + 1), method: 'drawn', exchanges: draws };
};
