import type { LabelCase } from '../scorer-inputs.ts';
import { codeLabels } from './label-tally.ts';

export interface ConfusionMatrix {
  /** Sorted; rows and columns are in this order. */
  readonly labels: readonly string[];
  /** `counts[i][j]`: the weight of cases that expect label i and were answered with label j. */
  readonly counts: readonly (readonly number[])[];
  /** By expected label: the weight of cases without an answer. */
  readonly unanswered: readonly number[];
}

/** With more labels a matrix is no longer something to look at. */
export const MOST_MATRIX_LABELS = 1000;

/** Null when there are more than `MOST_MATRIX_LABELS` labels. */
export const confusionMatrix = (
  cases: readonly LabelCase[],
  weights?: ArrayLike<number>,
): ConfusionMatrix | null => {
  const { labels, expected, answered } = codeLabels(cases);
  if (labels.length > MOST_MATRIX_LABELS) return null;
  const counts = labels.map(() => new Array<number>(labels.length).fill(0));
  const unanswered = new Array<number>(labels.length).fill(0);
  for (let i = 0; i < expected.length; i += 1) {
    const weight = weights === undefined ? 1 : (weights[i] ?? 0);
    const row = expected[i]!;
    const column = answered[i]!;
    if (column < 0) unanswered[row] = unanswered[row]! + weight;
    else counts[row]![column] = counts[row]![column]! + weight;
  }
  return { labels, counts, unanswered };
};
