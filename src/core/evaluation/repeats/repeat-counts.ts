import type { AnswerRecord } from '../run/run-record.ts';
import type { RepeatCounts } from './repeat-plan.ts';

/** A score that has a say in whether an answer passes: its range is 0 to 1. */
export interface PassingScore {
  readonly name: string;
  readonly better: 'higher' | 'lower';
}

/** From here on a score is high. */
const HIGH = 0.5;

/**
 * An answer passes when each of these scores that it has is on the good side: one half or more, or below it where less is better. Null:
 * it has none of them.
 */
export const doesPass = (
  scores: Readonly<Record<string, number | null>>,
  by: readonly PassingScore[],
): boolean | null => {
  let isScored = false;
  for (const { name, better } of by) {
    // Names come from files: one like `constructor` is no score.
    const score = Object.hasOwn(scores, name) ? scores[name] : null;
    if (typeof score !== 'number') continue;
    if (score >= HIGH !== (better === 'higher')) return false;
    isScored = true;
  }
  return isScored ? true : null;
};

export const repeatCounts = (answers: readonly AnswerRecord[], by: readonly PassingScore[]): RepeatCounts => {
  const counts = { passed: 0, failed: 0, errors: 0 };
  for (const answer of answers) {
    if (answer.kind === 'error') counts.errors += 1;
    else {
      const passes = doesPass(answer.scores, by);
      const { failures } = answer;
      // One score that is bad suffices; that all are good is not known while one is missing.
      if (passes !== false && failures !== undefined && by.some(({ name }) => Object.hasOwn(failures, name)))
        counts.errors += 1;
      else if (passes !== null) counts[passes ? 'passed' : 'failed'] += 1;
    }
  }
  return counts;
};
