import type { AnswerRecord } from '../../core/evaluation/run/run-record.ts';

/** A score by which cases are told good from bad. */
export interface TellingMetric {
  readonly name: string;
  readonly better: 'higher' | 'lower';
}

/**
 * Of the repeats of a case the one to show where there is room for one: of the `worst` an error, else the answer with the lowest
 * scores; of the `best` the answer with the highest. The first of equals; undefined where nothing was asked.
 */
export const tellingAnswer = (
  answers: readonly AnswerRecord[],
  metrics: readonly TellingMetric[],
  which: 'worst' | 'best',
): AnswerRecord | undefined => {
  const sign = which === 'worst' ? -1 : 1;
  let shown: AnswerRecord | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const answer of answers) {
    const told = sign * goodness(answer, metrics);
    if (shown !== undefined && told <= most) continue;
    shown = answer;
    most = told;
  }
  return shown;
};

const goodness = (answer: AnswerRecord, metrics: readonly TellingMetric[]): number => {
  if (answer.kind === 'error') return Number.NEGATIVE_INFINITY;
  return metrics.reduce((sum, { name, better }) => {
    const score = Object.hasOwn(answer.scores, name) ? (answer.scores[name] ?? 0) : 0;
    return sum + (better === 'higher' ? score : -score);
  }, 0);
};
