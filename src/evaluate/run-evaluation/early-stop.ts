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
import type { CallMetric } from './call-metrics.ts';
import { toRequirement } from './conclude.ts';
import { meanOverRepeats, scoreUnder } from './mean-over-repeats.ts';

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
 * A sequential test beside the run, about all that the golden set is a sample of. It uses up half of the error that `confidence` allows, and the
 * verdict after the last case has the other half: see `sequenceLevels`.
 */
export const startEarlyStop = (
  plan: EvaluationPlan,
  cases: readonly EvaluationCase[],
  metrics: readonly OpenMetric[],
  callMetrics: readonly CallMetric[],
): EarlyStop => {
  const order = drawOrder(cases.length, plan.seed);
  const placeOf = new Int32Array(cases.length);
  order.forEach((position, place) => {
    placeOf[position] = place;
  });
  const hasBaseline = plan.baseline !== null;
  const scored = [
    ...metrics.map(({ measured, range, startSet }) => ({
      measured,
      range,
      isPerCase: startSet === null,
      numberOf: scoreUnder(measured.name),
    })),
    ...callMetrics.map((metric) => ({ ...metric, isPerCase: true })),
  ];
  const planned = planSequence(
    cases,
    scored.map(({ measured: { name, better }, range, isPerCase }) => ({
      name,
      better,
      range,
      isPerCase,
      hasBaseline,
    })),
    plan.requirements.map(toRequirement),
  );
  const { wrongShare } = sequenceLevels(plan.confidence);
  const sequence = startSequence({
    cases: cases.length,
    about: 'population',
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
    Object.fromEntries(
      scored.map(({ measured, numberOf }) => [measured.name, meanOverRepeats(answers, numberOf)]),
    );
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
      });
    },
    verdict: () => verdict,
  };
};
