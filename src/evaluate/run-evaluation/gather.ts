import { isErrorOfTarget, isInError } from '../../core/evaluation/run/answer-error.ts';
import type { CaseRecord } from '../../core/evaluation/run/run-record.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import type { Confusions } from './confusions.ts';
import type { EarlyStop } from './early-stop.ts';
import { startErrorNotes } from './error-notes.ts';
import type { RepeatTally } from './repeat-tally.ts';
import type { ShapeNote } from './shape-note.ts';
import type { Tally } from './tally.ts';

export interface Gathering {
  /** Takes in a case with its record, each once. */
  readonly take: (one: EvaluationCase, record: CaseRecord) => void;
  readonly counts: {
    readonly done: number;
    readonly errors: number;
    readonly unanswered: number;
    readonly flaky: number;
  };
  /** Why cases ended in an error, and what is odd about all answers. */
  readonly answerNotes: () => string[];
}

/** Hands every record to whoever learns from it, whether it was made just now or by an interrupted run. */
export const startGathering = (
  tally: Tally,
  early: EarlyStop | null,
  repeats: RepeatTally,
  shape: ShapeNote,
  confusions: Confusions,
): Gathering => {
  const counts = { done: 0, errors: 0, unanswered: 0, flaky: 0 };
  const notes = startErrorNotes();
  return {
    take(one, record) {
      tally.add(one, record);
      early?.observe(one.position, record);
      notes.add(record);
      shape.add(record);
      confusions.add(one, record);
      counts.done += 1;
      if (record.candidate.some(isInError)) counts.errors += 1;
      if (record.candidate.every(isErrorOfTarget)) counts.unanswered += 1;
      if (repeats.add(one.position, record)) counts.flaky += 1;
    },
    counts,
    answerNotes: () => [...shape.finish(), ...notes.finish()],
  };
};
