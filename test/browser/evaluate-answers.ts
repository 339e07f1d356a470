import type { CaseOutcome } from '../../src/core/evaluation/case-outcome.ts';
import type { EvaluationResult } from '../../src/core/evaluation/requirement.ts';
import { reachVerdict } from '../../src/core/evaluation/verdict.ts';
import type { EvaluationOrder } from '../../src/ports/work.ts';

const cases = 400;

/** The real verdict over answers that follow from the version: a patch number of 9 is wrong in every fourth case. */
export const evaluateAnswers = ({
  manifest,
  stable,
  requirements,
  confidence,
}: EvaluationOrder): EvaluationResult => {
  const wrongEvery = manifest.version.endsWith('.9') ? 4 : 90;
  return {
    ...reachVerdict({
      requirements,
      candidate: answers(wrongEvery),
      stable: stable === null ? null : answers(80),
      seed: 1,
      positive: 'spam',
      ceilingMs: 1_000,
      confidence,
    }),
    golden: 'sha256:golden',
    comparedWith: stable?.release ?? null,
  };
};

const answers = (wrongEvery: number): CaseOutcome[] =>
  Array.from({ length: cases }, (_, index) => {
    const expected = index % 3 === 0 ? 'spam' : 'ham';
    const wrong = expected === 'spam' ? 'ham' : 'spam';
    return {
      expected,
      answered: index % wrongEvery === wrongEvery - 1 ? wrong : expected,
      latencyMs: 8 + ((index * 7) % 23),
      weight: 1,
    };
  });
