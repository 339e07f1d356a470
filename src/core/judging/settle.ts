import type { RepeatRule } from './judge-method.ts';

export type Settled =
  | { readonly kind: 'more' }
  | {
      readonly kind: 'settled';
      /** The mean. */
      readonly score: number;
      /** Greatest minus least. */
      readonly spread: number;
      /** False: `most` was reached first. */
      readonly isStable: boolean;
    };

/**
 * Whether an answer has been judged often enough. The mean is stable when one more score, were it the one farthest off so far, would move
 * it by at most `within`: after n scores by the distance to that score divided by n + 1. Scores are 0 to 1, and there is at least one.
 *
 * Stopping when judgements agree draws means a little towards the ends of the scale, on both sides of a comparison alike and in a calibration
 * too; `least` equal to `most` does without.
 */
export const settle = (scores: readonly number[], { least, most, within }: RepeatRule): Settled => {
  const n = scores.length;
  if (n < least || n === 0) return { kind: 'more' };
  const mean = scores.reduce((sum, score) => sum + score, 0) / n;
  const [lowest, highest] = [Math.min(...scores), Math.max(...scores)];
  const isStable = Math.max(highest - mean, mean - lowest) / (n + 1) <= within;
  if (!isStable && n < most) return { kind: 'more' };
  return { kind: 'settled', score: mean, spread: highest - lowest, isStable };
};
