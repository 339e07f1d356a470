import type { Scorer } from '../scorer.ts';
import { ofWholeSet } from '../scorer.ts';
import type { ProbabilityCase } from '../scorer-inputs.ts';
import { rankScores } from './ranked-scores.ts';

/**
 * Average precision, the area under the steps of the precision-recall curve: the precision at each score that occurs, weighted
 * by the recall it adds; no interpolation (Davis, Goadrich, "The relationship between precision-recall and ROC curves",
 * 2006, on why not). Cases that tie enter together. 0 without a positive case, as in scikit-learn.
 */
export const averagePrecision = (): Scorer<ProbabilityCase> =>
  ofWholeSet((cases) => {
    const { order, endsGroup } = rankScores(cases.map((one) => one.probability));
    return (weights) => {
      if (cases.length === 0) return null;
      let found = 0;
      let seen = 0;
      let sum = 0;
      let groupFound = 0;
      for (let place = 0; place < order.length; place += 1) {
        const i = order[place]!;
        const weight = weights === undefined ? 1 : (weights[i] ?? 0);
        seen += weight;
        if (cases[i]!.isPositive) groupFound += weight;
        if (endsGroup[place] === 0) continue;
        found += groupFound;
        if (groupFound > 0) sum += (groupFound * found) / seen;
        groupFound = 0;
      }
      return seen === 0 ? null : found === 0 ? 0 : sum / found;
    };
  });
