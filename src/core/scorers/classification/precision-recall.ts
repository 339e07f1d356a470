import type { Score, Scorer } from '../scorer.ts';
import type { LabelCase } from '../scorer-inputs.ts';
import type { LabelTally } from './label-tally.ts';
import { ofTally } from './of-tally.ts';

export interface PrecisionRecallOptions {
  /** `macro`: mean over labels; `weighted`: mean by how often each is expected; `micro`: from the sums; `binary`: of `positive` alone. */
  readonly average: 'macro' | 'micro' | 'weighted' | 'binary';
  /** The label that `binary` is about. */
  readonly positive: string | null;
  /** The labels averaged over: all that are `seen`, or only those that are `expected` somewhere. */
  readonly labels: 'seen' | 'expected';
  /** What a label scores that nothing can be divided by; `undefined` leaves it out of averages. */
  readonly zeroDivision: '0' | '1' | 'undefined';
}

export type PrecisionRecallPart = 'precision' | 'recall' | 'f1';

/**
 * Precision, recall and F1 with the averages of scikit-learn. F1 is 2 TP / (expected + answered). A case without an answer is
 * missed by its label and falsely claimed by none. Throws a RangeError when `binary` has no `positive`.
 */
export const precisionRecall = (
  part: PrecisionRecallPart,
  options: PrecisionRecallOptions,
): Scorer<LabelCase> => {
  const { average, positive, labels } = options;
  if (average === 'binary' && positive === null) throw new RangeError('binary needs the positive label');
  return ofTally((tally, coded) => {
    if (average === 'binary') return quotient(part, tallyOf(tally, coded.labels.indexOf(positive!)), options);
    // Of the cases themselves, whatever their weights: a resample that misses a label still averages over it.
    const codes = [...coded.labels.keys()].filter((k) => labels === 'seen' || coded.isExpected[k] === 1);
    const each = codes.map((k) => tallyOf(tally, k));
    return average === 'micro' ? quotient(part, sumOf(each), options) : mean(part, each, options);
  });
};

interface OneTally {
  readonly right: number;
  readonly expected: number;
  readonly answered: number;
}

const tallyOf = ({ right, expected, answered }: LabelTally, k: number): OneTally => ({
  right: right[k] ?? 0,
  expected: expected[k] ?? 0,
  answered: answered[k] ?? 0,
});

const sumOf = (each: readonly OneTally[]): OneTally =>
  each.reduce(
    (sum, one) => ({
      right: sum.right + one.right,
      expected: sum.expected + one.expected,
      answered: sum.answered + one.answered,
    }),
    { right: 0, expected: 0, answered: 0 },
  );

const quotient = (
  part: PrecisionRecallPart,
  { right, expected, answered }: OneTally,
  { zeroDivision }: PrecisionRecallOptions,
): Score => {
  const above = part === 'f1' ? 2 * right : right;
  const below = part === 'precision' ? answered : part === 'recall' ? expected : expected + answered;
  if (below !== 0) return above / below;
  return zeroDivision === 'undefined' ? null : Number(zeroDivision);
};

const mean = (
  part: PrecisionRecallPart,
  each: readonly OneTally[],
  options: PrecisionRecallOptions,
): Score => {
  let plainSum = 0;
  let defined = 0;
  let sum = 0;
  let total = 0;
  for (const one of each) {
    const score = quotient(part, one, options);
    if (score === null) continue;
    plainSum += score;
    defined += 1;
    sum += one.expected * score;
    total += one.expected;
  }
  if (defined === 0) return null;
  // Labels that nobody expects have no weight; where no others are defined, scikit-learn lets all count the same.
  return options.average === 'weighted' && total > 0 ? sum / total : plainSum / defined;
};
