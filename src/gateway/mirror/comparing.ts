import type { AnswerComparison } from '../../core/routing/table.ts';
import type { Cohort } from '../outcomes/cohort.ts';
import type { Cohorts } from '../outcomes/cohorts.ts';
import { type CapturedAnswer, capturedBody } from './captured-answer.ts';
import { compareAnswers } from './compare-answers.ts';

/**
 * One comparison of a mirrored request, from the moment it is mirrored until it is counted. It counts from the moment
 * stable has given something to compare with, whatever the candidate does: an answer it fails to give disagrees.
 */
export interface Comparing {
  /** Null: stable gave nothing that could be compared, or the request was not mirrored after all. */
  stable(answer: CapturedAnswer | null): void;
  /** Null: the candidate failed. */
  candidate(answer: CapturedAnswer | null): void;
}

export function beginComparing(cohort: Cohort, cohorts: Cohorts, how: AnswerComparison): Comparing {
  let expected: Buffer | null = null;
  let found: Promise<Buffer | null> | null = null;
  let isStarted = false;
  let isOver = false;
  cohort.open += 1;

  const over = (outcome: 'agree' | 'disagree' | null): void => {
    if (isOver) return;
    isOver = true;
    if (outcome !== null) cohort.comparisons[outcome] += 1;
    cohort.open -= 1;
    cohorts.touched(cohort);
  };
  const meet = async (): Promise<void> => {
    if (expected === null || found === null) return;
    const body = await found;
    const agreement = body === null ? 'disagree' : compareAnswers(expected, body, how);
    // Both lack what the pointers name although `started` has been counted: they do not differ.
    over(agreement === 'incomparable' ? 'agree' : agreement);
  };

  return {
    async stable(answer) {
      if (isStarted || isOver) return;
      isStarted = true;
      const isUsable = answer !== null && answer.status >= 200 && answer.status < 300;
      const body = isUsable ? await capturedBody(answer) : null;
      if (body === null || compareAnswers(body, body, how) === 'incomparable') {
        over(null);
        return;
      }
      expected = body;
      cohort.comparisons.started += 1;
      cohorts.touched(cohort);
      await meet();
    },
    async candidate(answer) {
      if (found !== null || isOver) return;
      const isUsable = answer !== null && answer.status >= 200 && answer.status < 300;
      found = isUsable ? capturedBody(answer) : Promise.resolve(null);
      await meet();
    },
  };
}
