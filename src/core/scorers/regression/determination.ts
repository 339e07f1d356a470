import type { Scorer } from '../scorer.ts';
import { ofWholeSet } from '../scorer.ts';
import type { NumberCase } from '../scorer-inputs.ts';

/**
 * R2, the coefficient of determination: 1 for perfect answers, 0 for always answering the mean, below 0 for worse; null for
 * fewer than two cases. When all expected numbers are the same: 1 if all answers are right, else 0, as in scikit-learn.
 */
export const determination = (): Scorer<NumberCase> =>
  ofWholeSet((cases) => (weights) => {
    const weightOf = (i: number): number => (weights === undefined ? 1 : (weights[i] ?? 0));
    let total = 0;
    let sum = 0;
    for (let i = 0; i < cases.length; i += 1) {
      const weight = weightOf(i);
      total += weight;
      sum += weight * cases[i]!.expected;
    }
    if (total === 0 || cases.length < 2) return null;
    if (Number.isNaN(sum)) throw new RangeError('an expected value is not a number');
    // The mean first: sums of squares minus squared sums would lose all digits of numbers far from 0.
    const mean = sum / total;
    let residual = 0;
    let spread = 0;
    for (let i = 0; i < cases.length; i += 1) {
      const { expected, answered } = cases[i]!;
      residual += weightOf(i) * (expected - answered) ** 2;
      spread += weightOf(i) * (expected - mean) ** 2;
    }
    if (Number.isNaN(residual)) throw new RangeError('an answer is not a number');
    if (spread === 0) return residual === 0 ? 1 : 0;
    return 1 - residual / spread;
  });
