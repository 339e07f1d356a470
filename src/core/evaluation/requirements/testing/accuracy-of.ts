import type { Reweighted } from '../../../scorers/scorer.ts';

/** A score that is only defined for sets, made by hand. */
export const accuracyOf =
  (right: readonly boolean[]): Reweighted =>
  (weights) => {
    let hits = 0;
    let total = 0;
    right.forEach((isRight, i) => {
      const weight = weights?.[i] ?? 1;
      total += weight;
      if (isRight) hits += weight;
    });
    return total === 0 ? null : hits / total;
  };
