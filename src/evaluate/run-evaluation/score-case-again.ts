import type { AnswerRecord, CaseRecord } from '../../core/evaluation/run/run-record.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import type { AskedSide, CaseAsking } from './ask-case.ts';
import { scoreAnswer } from './score-answer.ts';

/**
 * Scores what was answered but could not be scored. The target is not asked, and models that score only what they have not answered before. What ended in an error without an answer
 * stays an error: asking until it goes well would hide how often it does not.
 */
export const scoreCaseAgain = async (
  one: EvaluationCase,
  before: CaseRecord,
  { candidate, baseline, metrics }: Pick<CaseAsking, 'candidate' | 'baseline' | 'metrics'>,
  signal: AbortSignal,
): Promise<CaseRecord> => {
  const again = async (
    records: readonly AnswerRecord[],
    others: readonly AnswerRecord[],
    side: Pick<AskedSide, 'price'> | null,
  ): Promise<AnswerRecord[]> => {
    const scored: AnswerRecord[] = [];
    for (const [repeat, record] of records.entries()) {
      if (!needsScoring(record)) scored.push(record);
      else {
        const answer = { kind: 'answer', ...record.answered, latencyMs: record.latencyMs } as const;
        scored.push(
          await scoreAnswer(one, answer, metrics, side?.price ?? null, signal, outputOf(others[repeat])),
        );
      }
    }
    return scored;
  };
  return {
    ...before,
    candidate: await again(before.candidate, before.baseline, candidate),
    baseline: await again(before.baseline, before.candidate, baseline),
  };
};

type Unscored = Extract<AnswerRecord, { kind: 'error' }> & {
  readonly answered: NonNullable<Extract<AnswerRecord, { kind: 'error' }>['answered']>;
};

/** It was answered, and only a scorer failed. */
export const needsScoring = (record: AnswerRecord): record is Unscored =>
  record.kind === 'error' && record.answered !== undefined;

const outputOf = (record: AnswerRecord | undefined): unknown =>
  record?.kind === 'answer' ? record.output : record?.answered?.output;
