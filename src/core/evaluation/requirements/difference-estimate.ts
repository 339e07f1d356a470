import { pairedSharesInterval } from '../paired-shares.ts';
import { effectiveCases } from '../share-interval.ts';
import type { CaseValues } from './case-values.ts';
import type { LevelEstimate } from './level-estimate.ts';
import { meanEstimate, withEffective } from './mean-estimate.ts';
import type { Resampling } from './resampled-estimate.ts';

/**
 * The mean difference, candidate minus baseline, on the same cases. Of two shares: Tango's score interval. Others: the mean of the
 * differences, with BCa limits. Null without pairs.
 */
export const differenceEstimate = (
  { own: candidate, other: baseline, weights }: CaseValues,
  [least, greatest]: readonly [number, number],
  resampling: Resampling,
): LevelEstimate | null => {
  if (baseline === null || candidate.length === 0) return null;
  const areShares =
    least === 0 && greatest === 1 && [...candidate, ...baseline].every((one) => one === 0 || one === 1);
  if (!areShares) {
    const width = greatest - least;
    const values = candidate.map((one, i) => one - baseline[i]!);
    return meanEstimate({ values, weights }, [-width, width], resampling);
  }
  let onlyCandidate = 0;
  let onlyBaseline = 0;
  let total = 0;
  let squares = 0;
  for (let i = 0; i < candidate.length; i += 1) {
    const weight = weights[i]!;
    total += weight;
    squares += weight * weight;
    if (candidate[i]! > baseline[i]!) onlyCandidate += weight;
    if (candidate[i]! < baseline[i]!) onlyBaseline += weight;
  }
  const cases = effectiveCases(total, squares);
  return {
    value: (onlyCandidate - onlyBaseline) / total,
    n: candidate.length,
    method: withEffective('Tango score interval, paired', cases, candidate.length),
    at: (confidence, growth) => {
      const scale = (cases / total) * growth;
      const counts = { onlyCandidate: onlyCandidate * scale, onlyStable: onlyBaseline * scale };
      return pairedSharesInterval({ ...counts, total: cases * growth }, confidence);
    },
  };
};
