import type { CaseOutcome } from './case-outcome.ts';
import type { ClassTally } from './class-tally.ts';
import { f1OfJaccard, goldenLabels, tallyClasses } from './class-tally.ts';
import type { Estimate, Interval } from './interval.ts';
import { around, grownBySquareRoot } from './interval.ts';
import { shareEstimate } from './share-interval.ts';

export type ClassificationMetric = 'precision' | 'recall' | 'f1';

/** Beyond so many labels the answers are no classes, and an average over them would say nothing. */
export const MOST_LABELS = 1000;

/**
 * Precision, recall or F1: of the label `positive`, or, when that is null, averaged over the labels of the golden set
 * (scikit-learn's `labels=` with `average='macro'` and `zero_division=0`). Null when there are more than
 * `MOST_LABELS` of them.
 *
 * - Precision and recall of one label: Clopper-Pearson on their own denominators.
 * - F1 of one label: given the TP + FP + FN cases that concern the label, TP is binomial with the Jaccard index as
 *   its probability, so Clopper-Pearson's limits for that index, carried over by F1 = 2J/(1 + J), hold exactly.
 * - Averages: Zou and Donner's recovered variances (MOVER; "Construction of confidence limits about effect measures:
 *   a general approach", Statistics in Medicine 27, 2008) over the labels' own limits, which, unlike resampling, do not
 *   shrink to a point when every case is right. Recalls, and precisions, of different labels rest on different cases
 *   and are independent; a wrong answer concerns the F1 of two labels, and (a + b)^2 <= 2a^2 + 2b^2 then doubles
 *   the variance at most.
 */
export const classificationEstimate = (
  metric: ClassificationMetric,
  outcomes: readonly CaseOutcome[],
  positive: string | null,
  confidence: number,
): Estimate | null => {
  if (positive !== null) {
    const [tally] = tallyClasses(outcomes, [positive]);
    return tally === undefined ? null : oneLabel(metric, tally, confidence);
  }
  const labels = goldenLabels(outcomes);
  if (labels.length > MOST_LABELS) return null;
  const each = tallyClasses(outcomes, labels).map((tally) => oneLabel(metric, tally, confidence));
  return average(each, metric === 'f1' ? 2 : 1, outcomes.length);
};

const oneLabel = (metric: ClassificationMetric, tally: ClassTally, confidence: number): Estimate =>
  metric === 'f1'
    ? shareEstimate(tally.jaccard, confidence, 'Clopper-Pearson on the Jaccard index', f1OfJaccard)
    : shareEstimate(tally[metric], confidence);

const average = (each: readonly Estimate[], varianceFactor: number, n: number): Estimate => {
  const method = 'macro average, MOVER over Clopper-Pearson';
  if (each.length === 0)
    return { value: 0, low: 0, high: 1, n: 0, method, grown: () => ({ low: 0, high: 1 }) };
  let sum = 0;
  let below = 0;
  let above = 0;
  for (const { value, low, high } of each) {
    sum += value;
    below += (value - low) ** 2;
    above += (high - value) ** 2;
  }
  const value = sum / each.length;
  const interval: Interval = around(value, {
    low: Math.max(0, value - Math.sqrt(varianceFactor * below) / each.length),
    high: Math.min(1, value + Math.sqrt(varianceFactor * above) / each.length),
  });
  return { value, ...interval, n, method, grown: grownBySquareRoot(value, interval) };
};
