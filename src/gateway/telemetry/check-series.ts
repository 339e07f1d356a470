import type { SeriesFamily } from '../../core/telemetry/series-family.ts';
import type { AnswerCheckCounts } from '../checks/answer-checks.ts';

/** What came of checking and judging a sample of the answers. */
export function checkSeries(counts: AnswerCheckCounts): SeriesFamily[] {
  const { valid, invalid, passedOver, judged, judgedBad } = counts;
  const sum = (reasons: Readonly<Record<string, number>>): number =>
    Object.values(reasons).reduce((total, count) => total + count, 0);
  const byOutcome = (
    name: string,
    help: string,
    outcomes: Readonly<Record<string, number>>,
  ): SeriesFamily => ({
    name,
    kind: 'counter',
    help,
    series: Object.entries(outcomes).map(([outcome, value]) => ({ labels: { outcome }, value })),
  });
  return [
    byOutcome('tidegate_answer_checks', 'Answers that were to be checked, by what came of it.', {
      valid,
      invalid,
      unchecked: sum(counts.unchecked),
    }),
    byOutcome('tidegate_answer_judgements', 'Answers that were to be judged, by what came of it.', {
      good: judged - judgedBad,
      bad: judgedBad,
      unjudged: sum(counts.unjudged),
    }),
    {
      name: 'tidegate_answer_checks_passed_over',
      kind: 'counter',
      help: 'Answers that were drawn for a check or a judgement, and nothing was free to make it.',
      series: [{ labels: {}, value: passedOver }],
    },
  ];
}
