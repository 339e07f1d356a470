import type { CaseOutcome } from '../../core/evaluation/case-outcome.ts';
import type { AnswerRecord } from '../../core/evaluation/run/run-record.ts';
import { labelOf } from '../label-of.ts';
import { readRunFile } from '../records/read-run-file.ts';

export interface LabelOutcomes {
  /** In the order of the golden set, as far as it was asked. */
  readonly candidate: readonly CaseOutcome[];
  /** The same cases. */
  readonly stable: readonly CaseOutcome[];
  /** Ids of the cases that the candidate got wrong: first what stable gets right, then errors, then the heaviest. At most 20. */
  readonly worst: readonly string[];
}

const MOST_WORST = 20;

/** What releases made of the cases of a golden set with labels. What is no label is an error, and stands at `ceilingMs` as errors do. */
export const labelOutcomes = async (path: string, ceilingMs: number): Promise<LabelOutcomes> => {
  const asked: { readonly id: string; readonly candidate: CaseOutcome; readonly stable: CaseOutcome }[] = [];
  for await (const line of readRunFile(path)) {
    if (line.kind !== 'case' || line.position === undefined) continue;
    const { id, weight } = line;
    const expected = labelOf(line.expected) ?? '';
    const outcomeOf = (answer: AnswerRecord | undefined): CaseOutcome => {
      const answered = answer?.kind === 'answer' ? labelOf(answer.output) : null;
      const latencyMs =
        answer?.kind === 'answer' && answered !== null ? Math.min(answer.latencyMs, ceilingMs) : ceilingMs;
      return { expected, answered, latencyMs, weight };
    };
    asked[line.position] = {
      id,
      candidate: outcomeOf(line.candidate[0]),
      stable: outcomeOf(line.baseline[0]),
    };
  }
  // A run that was stopped has gaps.
  const outcomes = asked.filter((one) => one !== undefined);
  const isRight = ({ answered, expected }: CaseOutcome): boolean => answered === expected;
  const worst = outcomes
    .filter(({ candidate }) => !isRight(candidate))
    .map((one) => ({
      ...one,
      rank: (isRight(one.stable) ? 2 : 0) + (one.candidate.answered === null ? 1 : 0),
    }))
    .sort((a, b) => b.rank - a.rank || b.candidate.weight - a.candidate.weight)
    .slice(0, MOST_WORST)
    .map(({ id }) => id);
  return {
    candidate: outcomes.map(({ candidate }) => candidate),
    stable: outcomes.map(({ stable }) => stable),
    worst,
  };
};
