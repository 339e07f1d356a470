import { answerError } from '../../core/evaluation/run/answer-error.ts';
import type { AnswerRecord, CaseRecord } from '../../core/evaluation/run/run-record.ts';

export interface ErrorNotes {
  readonly add: (record: CaseRecord) => void;
  readonly finish: () => string[];
}

/** Counts why cases ended in an error, by side and reason, and keeps the first detail of each. */
export const startErrorNotes = (): ErrorNotes => {
  const kinds = new Map<string, { count: number; readonly detail: string }>();
  return {
    add(record) {
      for (const side of ['candidate', 'baseline'] as const) {
        const error = firstError(record[side]);
        if (error === null) continue;
        const key = `${side === 'candidate' ? '' : 'baseline: '}${error.reason}`;
        const known = kinds.get(key);
        if (known === undefined) kinds.set(key, { count: 1, detail: error.detail });
        else known.count += 1;
      }
    },
    finish: () =>
      [...kinds]
        .sort(([, a], [, b]) => b.count - a.count)
        .map(
          ([key, { count, detail }]) =>
            `${count} ${count === 1 ? 'case' : 'cases'} in error (${key}), ${count === 1 ? '' : 'the first '}with: ${detail}`,
        ),
  };
};

const firstError = (answers: readonly AnswerRecord[]): ReturnType<typeof answerError> => {
  for (const answer of answers) {
    const error = answerError(answer);
    if (error !== null) return error;
  }
  return null;
};
