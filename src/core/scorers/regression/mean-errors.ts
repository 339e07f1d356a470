import type { Scorer } from '../scorer.ts';
import { meanOfCases } from '../scorer.ts';
import type { NumberCase } from '../scorer-inputs.ts';

/** Mean absolute error, in the unit of the numbers. */
export const meanAbsoluteError = (): Scorer<NumberCase> =>
  meanOfCases(({ expected, answered }) => Math.abs(expected - answered));

/**
 * Mean absolute error as a part of what was expected: 0.1 is ten per cent. Where 0 was expected it is divided by one machine
 * precision (2^-52), as in scikit-learn: the score then is enormous, and says only that it should not have been used.
 */
export const meanAbsolutePercentageError = (): Scorer<NumberCase> =>
  meanOfCases(
    ({ expected, answered }) => Math.abs(expected - answered) / Math.max(Math.abs(expected), Number.EPSILON),
  );

export interface PinballOptions {
  /** Which quantile was to be answered, above 0 and below 1. */
  readonly quantile: number;
}

/** The loss that the wanted quantile makes least (Koenker, Bassett, "Regression quantiles", 1978): too low costs `quantile` a unit, too high the rest to 1. */
export const pinball = ({ quantile }: PinballOptions): Scorer<NumberCase> => {
  if (!(quantile >= 0 && quantile <= 1)) throw new RangeError(`${quantile} is no quantile from 0 to 1`);
  return meanOfCases(({ expected, answered }) => {
    const short = expected - answered;
    return short >= 0 ? quantile * short : (quantile - 1) * short;
  });
};
