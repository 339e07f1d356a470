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
  before: Pick<CaseRecord, 'candidate' | 'baseline'>,
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
      if (!needsScoring(record)) {
        scored.push(record);
        continue;
      }
      const { answer, missing } = unscored(record, metrics);
      const beside = outputOf(others[repeat]);
      const found = await scoreAnswer(one, answer, missing, side?.price ?? null, signal, beside);
      scored.push(withEarlierScores(found, record));
    }
    return scored;
  };
  const { id, position, input, expected, tags, weight, metadata } = one;
  return {
    kind: 'case',
    id,
    position,
    input,
    expected,
    tags,
    weight,
    metadata,
    candidate: await again(before.candidate, before.baseline, candidate),
    baseline: await again(before.baseline, before.candidate, baseline),
  };
};

type Answer = Extract<AnswerRecord, { kind: 'answer' }>;
type Unscored =
  | (Answer & { readonly failures: NonNullable<Answer['failures']> })
  /** As early versions recorded it, without the scores that there were. */
  | (Extract<AnswerRecord, { kind: 'error' }> & {
      readonly answered: NonNullable<Extract<AnswerRecord, { kind: 'error' }>['answered']>;
    });

/** It was answered, and a scorer failed for reasons of its own. */
export const needsScoring = (record: AnswerRecord): record is Unscored =>
  record.kind === 'error'
    ? record.answered !== undefined
    : record.failures !== undefined &&
      Object.values(record.failures).some(({ isOfAnswer }) => isOfAnswer !== true);

const unscored = (record: Unscored, metrics: CaseAsking['metrics']) => {
  if (record.kind === 'error') {
    const { answered, latencyMs } = record;
    return { answer: { kind: 'answer', ...answered, latencyMs } as const, missing: metrics };
  }
  const { output, latencyMs, firstTokenMs, tokens, isCached, failures } = record;
  return {
    answer: { kind: 'answer', output, latencyMs, firstTokenMs, tokens, isCached } as const,
    missing: metrics.filter(({ measured }) => Object.hasOwn(failures, measured.name)),
  };
};

const withEarlierScores = (found: AnswerRecord, before: Unscored): AnswerRecord =>
  before.kind === 'error' || found.kind === 'error'
    ? found
    : {
        ...found,
        scores: { ...before.scores, ...found.scores },
        reasons: { ...before.reasons, ...found.reasons },
      };

const outputOf = (record: AnswerRecord | undefined): unknown =>
  record?.kind === 'answer' ? record.output : record?.answered?.output;
