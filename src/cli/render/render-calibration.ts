import type { Calibrated } from '../../evaluate/judging/calibrate.ts';
import type { Palette } from './palette.ts';
import { plainText } from './plain-text.ts';
import { textTable } from './text-table.ts';

/** A calibration for people: who said what, kappa, where they differ most. `demands`: what requirements want kappa to be at least. */
export const renderCalibration = (
  { calibration, disagreements, faults }: Calibrated,
  demands: readonly number[],
  palette: Palette,
): string => {
  const { scorer, model, labels, unjudged, categories, counts, kappa, weights, confidence } = calibration;
  const used = categories.flatMap((_, at) =>
    counts[at]?.some((count) => count > 0) || counts.some((row) => (row[at] ?? 0) > 0) ? at : [],
  );
  const table = textTable(
    ['PEOPLE \\ JUDGE', ...used.map((at) => categories[at] ?? '')],
    used.map((row) => [categories[row] ?? '', ...used.map((column) => `${counts[row]?.[column] ?? 0}`)]),
    used.map((_, place) => place + 1),
  );
  const agreed = counts.reduce((sum, row, at) => sum + (row[at] ?? 0), 0);
  const kind = weights === 'none' ? 'kappa' : `kappa (${weights} weights)`;
  const found =
    kappa === null
      ? `${kind} is undefined: ${used.length === 0 ? 'the judge gave no judgement' : 'both gave one category throughout'}`
      : `${kind} ${kappa.value.toFixed(3)}, at ${Number((confidence * 100).toPrecision(4))} % from ${kappa.low.toFixed(3)} to ${kappa.high.toFixed(3)}`;
  return [
    `${scorer} (${model}) and people on ${labels.count} answers: ${agreed} judged alike`,
    '',
    table,
    '',
    palette.bold(found),
    ...demands.map((least) =>
      kappa !== null && kappa.low >= least
        ? `The lower end reaches ${least}, which is required.`
        : palette.warn(`The lower end does not reach ${least}, which is required: the run will be refused.`),
    ),
    ...(unjudged === 0
      ? []
      : [
          palette.warn(
            `Only ${labels.count - unjudged} of ${labels.count} answers were judged, on which this rests. Why ${unjudged} were not:`,
          ),
        ]),
    ...faults.map((fault) => `  ${plainText(fault)}`),
    ...(disagreements.length === 0 ? [] : ['', 'Farthest apart:']),
    ...disagreements.map(
      ({ id, people, judge, reason }) =>
        `  ${plainText(id)}: people ${people}, judge ${judge}: ${plainText(reason).slice(0, 200)}`,
    ),
  ].join('\n');
};
