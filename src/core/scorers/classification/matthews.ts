import type { Scorer } from '../scorer.ts';
import type { LabelCase } from '../scorer-inputs.ts';
import { ofTally } from './of-tally.ts';

/**
 * Matthews's correlation coefficient, -1 to 1, for any number of labels (Gorodkin, "Comparing two K-category assignments by a
 * K-category correlation coefficient", 2004). 0 when all cases expect, or all were answered with, one label. Cases without
 * an answer count as answered with a label of their own.
 */
export const matthews = (): Scorer<LabelCase> =>
  ofTally(({ expected, answered, unanswered, total, allRight }) => {
    let products = 0;
    let expectedSquares = 0;
    let answeredSquares = unanswered * unanswered;
    for (let k = 0; k < expected.length; k += 1) {
      products += expected[k]! * answered[k]!;
      expectedSquares += expected[k]! ** 2;
      answeredSquares += answered[k]! ** 2;
    }
    const ofExpected = total * total - expectedSquares;
    const ofAnswered = total * total - answeredSquares;
    // Weights that are no integers leave a rest of rounding where exact sums would cancel.
    const least = 1e-12 * total * total;
    if (ofExpected <= least || ofAnswered <= least) return 0;
    return (allRight * total - products) / Math.sqrt(ofExpected * ofAnswered);
  });
