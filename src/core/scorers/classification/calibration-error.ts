import type { Reweighted, Scorer } from '../scorer.ts';
import { ofWholeSet } from '../scorer.ts';
import type { ClassProbabilitiesCase, ProbabilityCase } from '../scorer-inputs.ts';
import { checkedProbabilities, checkedProbability } from './checked-probability.ts';

export interface CalibrationOptions {
  /** How many bins of equal width the range from 0 to 1 is cut into. */
  readonly bins: number;
  /** `expected`: the mean distance by the weight of each bin; `greatest`: the distance of the worst bin. */
  readonly over: 'expected' | 'greatest';
}

/**
 * How far probabilities are from what happened: in each bin the distance between the mean probability and the share of positive
 * cases (Naeini et al., "Obtaining well calibrated probabilities using Bayesian binning", 2015). Bin b of n holds
 * probabilities above (b - 1)/n up to and including b/n; 0 belongs to the first, empty bins count nothing.
 */
export const calibrationError = (options: CalibrationOptions): Scorer<ProbabilityCase> =>
  ofWholeSet((cases) =>
    binned(
      cases.map((one) => one.probability),
      cases.map((one) => one.isPositive),
      options,
    ),
  );

/** The same for the class with the highest probability and whether it was right (Guo et al., "On calibration of modern neural networks", 2017). Of equal ones the first by name. */
export const topLabelCalibrationError = (options: CalibrationOptions): Scorer<ClassProbabilitiesCase> =>
  ofWholeSet((cases) => {
    const tops = cases.map(({ probabilities }) =>
      Object.entries(checkedProbabilities(probabilities)).reduce((best, one) =>
        one[1] > best[1] || (one[1] === best[1] && one[0] < best[0]) ? one : best,
      ),
    );
    return binned(
      tops.map(([, probability]) => probability),
      cases.map((one, i) => tops[i]![0] === one.expected),
      options,
    );
  });

const binned = (
  probabilities: readonly number[],
  happened: readonly boolean[],
  { bins, over }: CalibrationOptions,
): Reweighted => {
  if (!(Number.isInteger(bins) && bins > 0)) throw new RangeError(`${bins} is no number of bins`);
  const binOf = Int32Array.from(probabilities, (p) => binIndex(checkedProbability(p), bins));
  return (weights) => {
    const mass = new Float64Array(bins);
    const gap = new Float64Array(bins);
    let total = 0;
    for (let i = 0; i < binOf.length; i += 1) {
      const weight = weights === undefined ? 1 : (weights[i] ?? 0);
      const bin = binOf[i]!;
      total += weight;
      mass[bin] = mass[bin]! + weight;
      gap[bin] = gap[bin]! + weight * (probabilities[i]! - (happened[i] ? 1 : 0));
    }
    if (total === 0) return null;
    if (over === 'expected') return gap.reduce((sum, one) => sum + Math.abs(one), 0) / total;
    return mass.reduce(
      (worst, one, bin) => (one > 0 ? Math.max(worst, Math.abs(gap[bin]!) / one) : worst),
      0,
    );
  };
};

/** Edges are the doubles nearest to b/n, so that 0.3 of ten bins ends the third whatever 0.3 * 10 rounds to. */
const binIndex = (probability: number, bins: number): number => {
  let bin = Math.min(bins - 1, Math.max(0, Math.ceil(probability * bins) - 1));
  while (bin > 0 && probability <= bin / bins) bin -= 1;
  while (bin < bins - 1 && probability > (bin + 1) / bins) bin += 1;
  return bin;
};
