import type { Reweighted, Score, Scorer } from '../scorer.ts';
import { ofWholeSet } from '../scorer.ts';
import type { ClassProbabilitiesCase } from '../scorer-inputs.ts';
import type { CodedProbabilities } from './multiclass-probabilities.ts';
import { codeProbabilities } from './multiclass-probabilities.ts';
import { rankScores } from './ranked-scores.ts';
import { areaOfRanked } from './roc-auc.ts';

export interface MulticlassRocAucOptions {
  /** `ovr`: each class against the rest; `ovo`: each pair of classes among the cases of the two. */
  readonly compare: 'ovr' | 'ovo';
  /** `macro`: all count the same; `weighted`: by how often the class, or the pair, is expected. */
  readonly average: 'macro' | 'weighted';
}

/**
 * Areas under the curve of several classes, averaged (one against the rest: Fawcett, "An introduction to ROC analysis", 2006;
 * pairs: Hand, Till, "A simple generalisation of the area under the ROC curve", 2001). Null when a class is missing
 * among the expected ones, or alone.
 */
export const multiclassRocAuc = (options: MulticlassRocAucOptions): Scorer<ClassProbabilitiesCase> =>
  ofWholeSet((cases) => {
    const coded = codeProbabilities(cases);
    return options.compare === 'ovr' ? againstRest(coded, options) : inPairs(coded, options);
  });

type Areas = readonly {
  readonly area: (weights?: ArrayLike<number>) => Score;
  readonly members: Uint8Array;
}[];

const averaged =
  (areas: Areas, average: MulticlassRocAucOptions['average']): Reweighted =>
  (weights) => {
    let sum = 0;
    let total = 0;
    for (const { area, members } of areas) {
      const value = area(weights);
      if (value === null) return null;
      const weight = average === 'macro' ? 1 : weightOf(members, weights);
      sum += weight * value;
      total += weight;
    }
    return total === 0 ? null : sum / total;
  };

const weightOf = (members: Uint8Array, weights?: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < members.length; i += 1)
    if (members[i] === 1) sum += weights === undefined ? 1 : (weights[i] ?? 0);
  return sum;
};

const againstRest = (
  { expected, columns }: CodedProbabilities,
  { average }: MulticlassRocAucOptions,
): Reweighted => {
  const areas = columns.map((column, k) => {
    const ranked = rankScores(column);
    const members = Uint8Array.from(expected, (code) => (code === k ? 1 : 0));
    return { members, area: (weights?: ArrayLike<number>) => areaOfRanked(ranked, members, weights) };
  });
  return averaged(areas, average);
};

const inPairs = (
  { expected, columns }: CodedProbabilities,
  { average }: MulticlassRocAucOptions,
): Reweighted => {
  const areas = columns.flatMap((first, a) =>
    columns.slice(a + 1).map((second, offset) => {
      const b = a + 1 + offset;
      const rows = [...expected.keys()].filter((i) => expected[i] === a || expected[i] === b);
      const sides = [first, second].map((column, side) => ({
        ranked: rankScores(rows.map((i) => column[i]!)),
        isPositive: Uint8Array.from(rows, (i) => (expected[i] === (side === 0 ? a : b) ? 1 : 0)),
      }));
      const area = (weights?: ArrayLike<number>): Score => {
        const ofRows = weights === undefined ? undefined : rows.map((i) => weights[i] ?? 0);
        const [one, other] = sides.map((side) => areaOfRanked(side.ranked, side.isPositive, ofRows));
        return one == null || other == null ? null : (one + other) / 2;
      };
      return { area, members: Uint8Array.from(expected, (code) => (code === a || code === b ? 1 : 0)) };
    }),
  );
  return averaged(areas, average);
};
