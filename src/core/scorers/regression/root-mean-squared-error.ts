import type { Scorer } from '../scorer.ts';
import { sumOfStatistics } from '../scorer.ts';
import type { NumberCase } from '../scorer-inputs.ts';

/** The root of the mean squared error, in the unit of the numbers. */
export const rootMeanSquaredError = (): Scorer<NumberCase> =>
  sumOfStatistics(
    ({ expected, answered }) => [1, (expected - answered) ** 2],
    ([cases = 0, squares = 0]) => (cases === 0 ? null : Math.sqrt(squares / cases)),
  );
