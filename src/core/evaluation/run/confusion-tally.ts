import type { LabelCase } from '../../scorers/scorer-inputs.ts';
import type { ConfusionFinding } from './run-record.ts';

/** More labels are no matrix that anybody looks at. */
const MOST_SHOWN = 20;
/** What has more labels than this is no classification, and is not counted further. */
const MOST_COUNTED = 2_000;

export interface ConfusionTally {
  readonly add: (one: LabelCase, weight: number) => void;
  /** Null where there is nothing to show, or far too many labels. */
  readonly finish: () => Omit<ConfusionFinding, 'metrics'> | null;
}

/** Counts which label was answered where which was expected; with more than 20 labels the rarer ones are put together. */
export const startConfusionTally = (): ConfusionTally => {
  /** Weight by expected label, then by answer. */
  const seen = new Map<string, Map<string | null, number>>();
  const weightOf = new Map<string, number>();
  return {
    add({ expected, answered }, weight) {
      if (weightOf.size > MOST_COUNTED) return;
      const row = seen.get(expected) ?? new Map<string | null, number>();
      seen.set(expected, row);
      row.set(answered, (row.get(answered) ?? 0) + weight);
      for (const label of new Set([expected, answered]))
        if (label !== null) weightOf.set(label, (weightOf.get(label) ?? 0) + weight);
    },
    finish() {
      if (weightOf.size === 0 || weightOf.size > MOST_COUNTED) return null;
      const byWeight = [...weightOf].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
      const labels = byWeight
        .slice(0, MOST_SHOWN)
        .map(([label]) => label)
        .sort();
      const places = new Map(labels.map((label, place) => [label, place]));
      const otherLabels = weightOf.size - labels.length;
      const size = labels.length + (otherLabels > 0 ? 1 : 0);
      const counts = Array.from({ length: size }, () => new Array<number>(size).fill(0));
      const unanswered = new Array<number>(size).fill(0);
      for (const [expected, answers] of seen) {
        const row = places.get(expected) ?? labels.length;
        for (const [answered, weight] of answers)
          if (answered === null) unanswered[row]! += weight;
          else counts[row]![places.get(answered) ?? labels.length]! += weight;
      }
      return { labels, otherLabels, counts: counts.map(rounded), unanswered: rounded(unanswered) };
    },
  };
};

/** Three thirds of a case are one. */
const rounded = (weights: readonly number[]): number[] =>
  weights.map((weight) => Math.round(weight * 1e9) / 1e9);
