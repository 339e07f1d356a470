import type { Unscored } from '../../core/evaluation/requirements/requirement-input.ts';
import type { EvaluationPlan } from '../../core/evaluation/run/evaluation-plan.ts';
import type { AnswerRecord, MeasuredMetric } from '../../core/evaluation/run/run-record.ts';
import type { OpenMetric } from '../scoring/open-metric.ts';
import { callMetrics } from './call-metrics.ts';
import { repeatMetrics } from './repeat-metrics.ts';
import { unscoredBy } from './unscored.ts';

/** One number of a case, of all that a run measures but scores of whole sets. */
export interface CaseMeasure {
  readonly measured: MeasuredMetric;
  readonly range: readonly [least: number, greatest: number];
  /** Of the errors themselves: cases in error have it like others. */
  readonly isOfErrors: boolean;
  /** From every repeat of one side; null where it is not known. */
  readonly of: (answers: readonly AnswerRecord[]) => number | null;
  /** Why there is no number although there are answers; it is not worked out from some of them then. Left out: it needs no scorer. */
  readonly unscored?: (answers: readonly AnswerRecord[]) => Unscored;
}

/** Scores of single cases, what calls took, and powers of repeats, in the order in which findings name them. */
export const caseMeasures = (plan: EvaluationPlan, metrics: readonly OpenMetric[]): CaseMeasure[] => {
  const { least } = plan.repeats;
  const perCase = metrics.filter(({ startSet }) => startSet === null);
  return [
    ...perCase.map(({ measured, range }) => {
      const { name } = measured;
      const scoreOf = (answer: AnswerRecord): number | null =>
        answer.kind === 'answer' ? (answer.scores[name] ?? null) : null;
      return {
        measured,
        range,
        isOfErrors: false,
        of: meanOfFirst(least, scoreOf),
        unscored: (answers: readonly AnswerRecord[]) => unscoredBy(answers.slice(0, least), [name]),
      };
    }),
    ...callMetrics(plan).map(({ measured, range, isOfErrors, numberOf }) => ({
      measured,
      range,
      isOfErrors,
      // A case is in error when one of its repeats is, however late.
      of: isOfErrors
        ? (answers: readonly AnswerRecord[]) => (answers.some((one) => numberOf(one) === 1) ? 1 : 0)
        : // A percentile of times is about calls, and that of means of several calls is smaller: each case gives its first.
          meanOfFirst(measured.unit === 'ms' ? 1 : least, numberOf),
    })),
    ...repeatMetrics(plan.repeats, metrics),
  ];
};

/**
 * The mean of the first `least` repeats, of those that have the number. Further ones were made because of what the first gave, so counting
 * them would move the mean.
 */
export const meanOfFirst =
  (least: number, numberOf: (answer: AnswerRecord) => number | null) =>
  (answers: readonly AnswerRecord[]): number | null => {
    let sum = 0;
    let n = 0;
    for (let i = 0; i < answers.length && i < least; i += 1) {
      const value = numberOf(answers[i]!);
      if (value === null) continue;
      sum += value;
      n += 1;
    }
    return n === 0 ? null : sum / n;
  };
