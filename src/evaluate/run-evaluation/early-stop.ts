import type { EvaluationPlan } from '../../core/evaluation/run/evaluation-plan.ts';
import type { AnswerRecord, CaseRecord } from '../../core/evaluation/run/run-record.ts';
import { drawOrder } from '../../core/evaluation/sequential/draw-order.ts';
import { orderedFeed } from '../../core/evaluation/sequential/ordered-feed.ts';
import type { ScoredCase } from '../../core/evaluation/sequential/plan-sequence.ts';
import { planSequence } from '../../core/evaluation/sequential/plan-sequence.ts';
import { observeCase, startSequence } from '../../core/evaluation/sequential/sequence.ts';
import { sequenceLevels } from '../../core/evaluation/sequential/sequence-levels.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import type { OpenMetric } from '../scoring/open-metric.ts';
import type { CaseMeasure } from './case-measures.ts';
import { toRequirement } from './conclude.ts';
import { unscoredBy } from './unscored.ts';

/** Watches a run and says when its verdict is settled. */
export interface EarlyStop {
  /** The positions of the cases in the order in which they are to be asked. */
  readonly order: Int32Array;
  /** Takes in a record, in any order; what follows is worked out in the drawn one. */
  readonly observe: (position: number, record: CaseRecord) => void;
  /** Null while it is open. Once given, it stays. */
  readonly verdict: () => 'pass' | 'fail' | null;
}

/**
 * A sequential test beside the run, about what the plan says. A case is one piece of evidence, however often it is repeated. See `sequenceLevels` for
 * the part of the error that `confidence` allows which it uses up. `beside`: the names of metrics that look at the other side's answer.
 */
export const startEarlyStop = (
  plan: EvaluationPlan,
  cases: readonly Pick<EvaluationCase, 'tags' | 'weight'>[],
  metrics: readonly OpenMetric[],
  measures: readonly CaseMeasure[],
  beside: ReadonlySet<string>,
): EarlyStop => {
  const order = drawOrder(cases.length, plan.seed);
  const placeOf = new Int32Array(cases.length);
  order.forEach((position, place) => {
    placeOf[position] = place;
  });
  const hasBaseline = plan.baseline !== null;
  const planned = planSequence(
    cases,
    [
      ...measures.map((measure) => ({ ...measure, isPerCase: true })),
      ...metrics
        .filter(({ startSet }) => startSet !== null)
        .map(({ measured, range }) => ({ measured, range, isOfErrors: false, isPerCase: false })),
    ].map(({ measured: { name, better }, range, isOfErrors, isPerCase }) => ({
      name,
      better,
      range,
      isOfErrors,
      isPerCase,
      looksBeside: beside.has(name),
      hasBaseline,
    })),
    plan.requirements.map(toRequirement),
  );
  const { wrongShare } = sequenceLevels(plan.confidence, plan.about);
  const sequence = startSequence({
    cases: cases.length,
    about: plan.about,
    bounds: planned.bounds,
    mayPass: planned.mayPass,
    wrongPassShare: wrongShare,
    wrongFailShare: wrongShare,
    greatestWeight: planned.greatestWeight,
    mostErrorsShare: plan.mostErrorsShare,
  });
  let verdict: 'pass' | 'fail' | null = null;
  const feed = orderedFeed<ScoredCase>((one) => {
    if (verdict !== null) return;
    const { answer } = observeCase(sequence, planned.caseOf(one));
    if (answer === 'pass' || answer === 'fail') verdict = answer;
  });
  const scoresOf = (answers: readonly AnswerRecord[]): Record<string, number | null> =>
    Object.fromEntries(measures.map(({ measured, of }) => [measured.name, of(answers)]));
  const unscoredOf = (answers: readonly AnswerRecord[]): Set<string> =>
    new Set([
      ...measures.flatMap(({ measured, unscored }) =>
        (unscored?.(answers) ?? 0) === 0 ? [] : measured.name,
      ),
      // Those of whole sets are not watched, and keep the whole from passing.
      ...metrics.flatMap(({ measured, startSet }) =>
        startSet === null || unscoredBy(answers, [measured.name]) === 0 ? [] : measured.name,
      ),
    ]);
  const hasErred = (answers: readonly AnswerRecord[]): boolean =>
    answers.some(({ kind }) => kind === 'error');
  return {
    order,
    observe(position, { tags, weight, candidate, baseline }) {
      feed.put(placeOf[position]!, {
        tags,
        weight,
        candidateErred: hasErred(candidate),
        baselineErred: hasErred(baseline),
        candidate: scoresOf(candidate),
        baseline: scoresOf(baseline),
        ...(hasFailures(candidate) || hasFailures(baseline)
          ? { unscored: { candidate: unscoredOf(candidate), baseline: unscoredOf(baseline) } }
          : {}),
      });
    },
    verdict: () => verdict,
  };
};

const hasFailures = (answers: readonly AnswerRecord[]): boolean =>
  answers.some((answer) => answer.kind === 'answer' && answer.failures !== undefined);
