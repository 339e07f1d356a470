import type { Choice } from './questions/pairwise-question.ts';

export interface Preference {
  /** 1: ours is better, 0: the other one is, 0.5: neither. */
  readonly score: 0 | 0.5 | 1;
  readonly disagrees: boolean;
  /** Which place won whatever stood in it. */
  readonly favours: 'first' | 'second' | null;
}

/**
 * What the same comparison in both orders comes to: first ours was A, then it was B. Where the two disagree, the order decided and not the answers, so it
 * is a tie that is counted apart.
 */
export const bothOrders = (oursFirst: Choice['better'], oursSecond: Choice['better']): Preference => {
  const straight = oursFirst === 'tie' ? 0.5 : oursFirst === 'A' ? 1 : 0;
  const swapped = oursSecond === 'tie' ? 0.5 : oursSecond === 'B' ? 1 : 0;
  if (straight === swapped) return { score: straight, disagrees: false, favours: null };
  const favours =
    oursFirst === 'tie' || oursFirst !== oursSecond ? null : oursFirst === 'A' ? 'first' : 'second';
  return { score: 0.5, disagrees: true, favours };
};
