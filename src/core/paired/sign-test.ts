import { coinToss } from './coin-toss.ts';

/**
 * The two-sided sign test: how likely it is that a fair coin splits `better` and `worse` at least as unevenly. Cases on which both
 * sides score the same say nothing about direction and are left out. 1 when there are no others.
 */
export const signTest = (better: number, worse: number): number =>
  Math.min(1, 2 * coinToss(Math.min(better, worse), better + worse).atMost);

/** The sign test of differences, candidate minus stable. */
export const signTestOf = (differences: ArrayLike<number>): number => {
  let better = 0;
  let worse = 0;
  for (let i = 0; i < differences.length; i += 1) {
    if (differences[i]! > 0) better += 1;
    if (differences[i]! < 0) worse += 1;
  }
  return signTest(better, worse);
};
