import type { Unscored } from '../../core/evaluation/requirements/requirement-input.ts';
import { ANSWER_UNFIT, SCORER_FAILED } from '../../core/evaluation/requirements/requirement-input.ts';
import type { AnswerRecord } from '../../core/evaluation/run/run-record.ts';

/** Why some of these answers have no score by one of these names: a scorer that failed on any of them leaves more open than an answer that is none. */
export const unscoredBy = (answers: readonly AnswerRecord[], names: readonly string[]): Unscored => {
  let found: Unscored = 0;
  for (const answer of answers) {
    if (answer.kind === 'error' || answer.failures === undefined) continue;
    for (const name of names) {
      if (!Object.hasOwn(answer.failures, name)) continue;
      if (answer.failures[name]!.isOfAnswer !== true) return SCORER_FAILED;
      found = ANSWER_UNFIT;
    }
  }
  return found;
};

/** Keeps by name and position what is missing; most runs have nothing of it. */
export interface UnscoredCases {
  readonly put: (name: string, position: number, why: Unscored) => void;
  readonly of: (name: string) => Uint8Array | null;
}

export const startUnscored = (total: number): UnscoredCases => {
  const byName = new Map<string, Uint8Array>();
  return {
    put(name, position, why) {
      if (why === 0) return;
      const known = byName.get(name) ?? new Uint8Array(total);
      byName.set(name, known);
      known[position] = why;
    },
    of: (name) => byName.get(name) ?? null,
  };
};
