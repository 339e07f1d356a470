import { startConfusionTally } from '../../core/evaluation/run/confusion-tally.ts';
import type { CaseRecord, ConfusionFinding } from '../../core/evaluation/run/run-record.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import type { OpenMetric } from '../scoring/open-metric.ts';

export interface Confusions {
  readonly add: (one: EvaluationCase, record: CaseRecord) => void;
  readonly finish: () => ConfusionFinding[];
}

/** What the candidate answered where which label was expected. Scorers that read the same labels share one. The repeats of a case share its weight; of further ones nothing is counted. */
export const startConfusions = (metrics: readonly OpenMetric[], leastRepeats: number): Confusions => {
  const byPlace = Map.groupBy(
    metrics.filter(({ labels }) => labels !== undefined),
    ({ labels }) => labels!.place,
  );
  const tallies = [...byPlace.values()].map((some) => ({
    names: some.map(({ measured }) => measured.name),
    labelsOf: some[0]!.labels!.of,
    tally: startConfusionTally(),
  }));
  return {
    add(one, { candidate }) {
      const answers = candidate.slice(0, leastRepeats);
      for (const { labelsOf, tally } of tallies)
        for (const answer of answers) {
          const labels = labelsOf(one, answer.kind === 'answer' ? answer.output : undefined);
          if (labels !== null) tally.add(labels, one.weight / answers.length);
        }
    },
    finish: () =>
      tallies.flatMap(({ names, tally }) => {
        const found = tally.finish();
        return found === null ? [] : [{ metrics: names, ...found }];
      }),
  };
};
