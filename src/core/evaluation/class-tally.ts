import type { CaseOutcome } from './case-outcome.ts';
import type { Share } from './share-interval.ts';

/** What precision, recall and F1 of one label are computed from. */
export interface ClassTally {
  readonly label: string;
  /** Right ones among the cases that expect the label. */
  readonly recall: Share;
  /** Right ones among the cases answered with the label. */
  readonly precision: Share;
  /** Right ones among the cases that expect the label or were answered with it: the Jaccard index. */
  readonly jaccard: Share;
}

export const goldenLabels = (outcomes: readonly CaseOutcome[]): string[] =>
  [...new Set(outcomes.map((outcome) => outcome.expected))].sort();

/** One tally for each of `labels`, in that order. Answers that are none of them are missed, and falsely found nowhere. */
export const tallyClasses = (outcomes: readonly CaseOutcome[], labels: readonly string[]): ClassTally[] => {
  const counts = new Map(labels.map((label) => [label, { recall: [], precision: [], jaccard: [] } as Draft]));
  for (const { expected, answered, weight } of outcomes) {
    const right = expected === answered;
    const here = counts.get(expected);
    here?.recall.push({ weight, right });
    here?.jaccard.push({ weight, right });
    const there = answered === null ? undefined : counts.get(answered);
    there?.precision.push({ weight, right });
    if (!right) there?.jaccard.push({ weight, right });
  }
  return [...counts].map(([label, draft]) => ({
    label,
    recall: shareOf(draft.recall),
    precision: shareOf(draft.precision),
    jaccard: shareOf(draft.jaccard),
  }));
};

interface Judged {
  readonly weight: number;
  readonly right: boolean;
}

type Draft = Record<'recall' | 'precision' | 'jaccard', Judged[]>;

export const shareOf = (cases: readonly Judged[]): Share => {
  let hits = 0;
  let total = 0;
  let squares = 0;
  for (const { weight, right } of cases) {
    if (right) hits += weight;
    total += weight;
    squares += weight * weight;
  }
  return { hits, total, squares, n: cases.length };
};

/** F1 = 2TP / (2TP + FP + FN) in terms of J = TP / (TP + FP + FN); increasing, so intervals carry over. */
export const f1OfJaccard = (jaccard: number): number => (2 * jaccard) / (1 + jaccard);
