import type { ConfusionFinding } from '../../../core/evaluation/run/run-record.ts';
import { count } from '../page/figure.ts';
import type { PageConfusion } from '../page/page-data.ts';
import { oneLine } from '../visible-text.ts';

/** A matrix of labels as a table of texts: a row for each expected label, a column for each that was answered. */
export const confusionTable = ({
  metrics,
  labels,
  otherLabels,
  counts,
  unanswered,
}: ConfusionFinding): PageConfusion => {
  const others = otherLabels === 0 ? [] : [`${count(otherLabels)} others`];
  const names = [...labels.map((label) => oneLine(label, 40) || '(empty)'), ...others];
  const hasUnanswered = unanswered.some((weight) => weight > 0);
  return {
    of: metrics.map((name) => oneLine(name, 60)).join(', '),
    header: ['expected \\ answered', ...names, ...(hasUnanswered ? ['no label'] : [])],
    rows: names.map((name, row) => [
      name,
      ...(counts[row] ?? []).map(weightText),
      ...(hasUnanswered ? [weightText(unanswered[row] ?? 0)] : []),
    ]),
    note:
      otherLabels === 0
        ? null
        : `The ${labels.length} commonest of ${count(labels.length + otherLabels)} labels; the others are put together.`,
  };
};

const weightText = (weight: number): string => (weight === 0 ? '·' : `${Number(weight.toPrecision(6))}`);
