import type { Score, Scorer } from '../scorer.ts';
import { ofWholeSet } from '../scorer.ts';
import type { ProbabilityCase } from '../scorer-inputs.ts';
import type { RankedScores } from './ranked-scores.ts';
import { rankScores } from './ranked-scores.ts';

/**
 * The area under the receiver operating characteristic: how often a positive case has a higher score than a negative one,
 * ties counting half (Hanley, McNeil, "The meaning and use of the area under a ROC curve", 1982). Any scale will do.
 * Null when only one class occurs.
 */
export const rocAuc = (): Scorer<ProbabilityCase> =>
  ofWholeSet((cases) => {
    const ranked = rankScores(cases.map((one) => one.probability));
    const isPositive = Uint8Array.from(cases, (one) => (one.isPositive ? 1 : 0));
    return (weights) => areaOfRanked(ranked, isPositive, weights);
  });

export const areaOfRanked = (
  { order, endsGroup }: RankedScores,
  isPositive: Uint8Array,
  weights?: ArrayLike<number>,
): Score => {
  let positives = 0;
  let negatives = 0;
  let wins = 0;
  let groupPositives = 0;
  let groupNegatives = 0;
  for (let place = 0; place < order.length; place += 1) {
    const i = order[place]!;
    const weight = weights === undefined ? 1 : (weights[i] ?? 0);
    if (isPositive[i] === 1) groupPositives += weight;
    else groupNegatives += weight;
    if (endsGroup[place] === 0) continue;
    wins += groupNegatives * (positives + groupPositives / 2);
    positives += groupPositives;
    negatives += groupNegatives;
    groupPositives = 0;
    groupNegatives = 0;
  }
  return positives === 0 || negatives === 0 ? null : wins / (positives * negatives);
};
