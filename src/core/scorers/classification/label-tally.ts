import type { LabelCase } from '../scorer-inputs.ts';

/** Cases with labels as numbers: positions in `labels`, which is sorted; -1 where nothing was answered. */
export interface CodedLabels {
  readonly labels: readonly string[];
  readonly expected: Int32Array;
  readonly answered: Int32Array;
  /** By code: 1 for labels that some case expects. */
  readonly isExpected: Uint8Array;
}

export const codeLabels = (cases: readonly LabelCase[]): CodedLabels => {
  const seen = new Set<string>();
  for (const { expected, answered } of cases) {
    seen.add(expected);
    if (answered !== null) seen.add(answered);
  }
  const labels = [...seen].sort();
  const codes = new Map(labels.map((label, code) => [label, code]));
  const expected = Int32Array.from(cases, (one) => codes.get(one.expected)!);
  const isExpected = new Uint8Array(labels.length);
  for (const code of expected) isExpected[code] = 1;
  return {
    labels,
    expected,
    isExpected,
    answered: Int32Array.from(cases, (one) => (one.answered === null ? -1 : codes.get(one.answered)!)),
  };
};

/** Weights of cases, for each label by its code; what everything but a confusion matrix is computed from. */
export interface LabelTally {
  /** Expected and answered. */
  readonly right: Float64Array;
  readonly expected: Float64Array;
  readonly answered: Float64Array;
  /** Without an answer. */
  readonly unanswered: number;
  readonly total: number;
  readonly allRight: number;
}

export const tallyLabels = (coded: CodedLabels, weights?: ArrayLike<number>): LabelTally => {
  const right = new Float64Array(coded.labels.length);
  const expected = new Float64Array(coded.labels.length);
  const answered = new Float64Array(coded.labels.length);
  let unanswered = 0;
  let total = 0;
  let allRight = 0;
  for (let i = 0; i < coded.expected.length; i += 1) {
    const weight = weights === undefined ? 1 : (weights[i] ?? 0);
    const truth = coded.expected[i]!;
    const answer = coded.answered[i]!;
    total += weight;
    expected[truth] = expected[truth]! + weight;
    if (answer < 0) unanswered += weight;
    else answered[answer] = answered[answer]! + weight;
    if (answer !== truth) continue;
    right[truth] = right[truth]! + weight;
    allRight += weight;
  }
  return { right, expected, answered, unanswered, total, allRight };
};
