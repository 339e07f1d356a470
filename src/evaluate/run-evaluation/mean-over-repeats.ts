import type { AnswerRecord } from '../../core/evaluation/run/run-record.ts';

/** The mean of what the repeats of a case have; null where none has anything. */
export const meanOverRepeats = (
  answers: readonly AnswerRecord[],
  numberOf: (answer: AnswerRecord) => number | null,
): number | null => {
  let sum = 0;
  let n = 0;
  for (const answer of answers) {
    const value = numberOf(answer);
    if (value === null) continue;
    sum += value;
    n += 1;
  }
  return n === 0 ? null : sum / n;
};

/** What one answer scored under a metric; null for an error, and where the score is undefined. */
export const scoreUnder =
  (metric: string) =>
  (answer: AnswerRecord): number | null =>
    answer.kind === 'answer' ? (answer.scores[metric] ?? null) : null;
