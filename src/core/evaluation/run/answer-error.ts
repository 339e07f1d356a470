import type { AnswerRecord } from './run-record.ts';

/** Why an answer is not whole: the target gave none, or a scorer failed on it. Null where all is well. */
export const answerError = (
  answer: AnswerRecord,
): { readonly reason: string; readonly detail: string } | null => {
  if (answer.kind === 'error') return answer;
  if (answer.failures === undefined) return null;
  const failed = Object.entries(answer.failures);
  const [first] = failed;
  if (first === undefined) return null;
  const more = failed.length === 1 ? '' : ` (and ${failed.length - 1} more)`;
  return { reason: 'scorer', detail: `${first[0]}: ${first[1].detail}${more}` };
};

/** Because of what was asked: it gave no answer, or none that can be scored. A scorer that failed is no fault of it. */
export const isErrorOfTarget = (answer: AnswerRecord): boolean =>
  answer.kind === 'error'
    ? answer.answered === undefined
    : Object.values(answer.failures ?? {}).some(({ isOfAnswer }) => isOfAnswer === true);

export const isInError = (answer: AnswerRecord): boolean => answerError(answer) !== null;
