import type { CaseAnswer } from './answer-source.ts';

/** One case of an evaluation as it went. */
export interface CaseDetail {
  readonly id: string;
  readonly tags: readonly string[];
  readonly expected: string;
  readonly weight: number;
  readonly candidate: CaseAnswer;
  /** Null without a stable release. */
  readonly stable: CaseAnswer | null;
}

export const isRightAnswer = (answer: CaseAnswer | null, expected: string): boolean =>
  answer?.kind === 'answer' && answer.label === expected;

/** The cases that the candidate got wrong, those first that stable gets right, then errors, then by weight. */
export const worstCases = (outcomes: readonly CaseDetail[], most = 20): CaseDetail[] =>
  outcomes
    .filter((detail) => !isRightAnswer(detail.candidate, detail.expected))
    .map((detail) => ({
      detail,
      rank:
        (isRightAnswer(detail.stable, detail.expected) ? 2 : 0) + (detail.candidate.kind === 'error' ? 1 : 0),
    }))
    .sort((a, b) => b.rank - a.rank || b.detail.weight - a.detail.weight)
    .slice(0, most)
    .map(({ detail }) => detail);
