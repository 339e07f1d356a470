import type { Scorer } from '../scorer.ts';
import type { LabelCase } from '../scorer-inputs.ts';
import { ofTally } from './of-tally.ts';

/** The mean of the recalls of all labels that are expected somewhere (Brodersen et al., "The balanced accuracy and its posterior distribution", 2010). */
export const balancedAccuracy = (): Scorer<LabelCase> =>
  ofTally(({ right, expected }) => {
    let sum = 0;
    let labels = 0;
    for (let k = 0; k < expected.length; k += 1) {
      if (expected[k] === 0) continue;
      sum += right[k]! / expected[k]!;
      labels += 1;
    }
    return sum / labels;
  });
