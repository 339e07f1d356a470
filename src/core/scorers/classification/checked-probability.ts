import { UnfitAnswer } from '../unfit-answer.ts';

/** The probability itself; throws an `UnfitAnswer` for what is none, which would turn a whole score into nonsense. */
export const checkedProbability = (probability: number): number => {
  if (!(probability >= 0 && probability <= 1)) {
    throw new UnfitAnswer(`${probability} is no probability from 0 to 1`);
  }
  return probability;
};

/**
 * The probabilities of one case; throws an `UnfitAnswer` where one is none, or where all together are more than 1 by more than
 * rounding explains. They may be less: some models tell only of their first few choices.
 */
export const checkedProbabilities = (
  probabilities: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> => {
  let sum = 0;
  for (const name of Object.keys(probabilities)) sum += checkedProbability(probabilities[name]!);
  if (sum > 1.001) throw new UnfitAnswer(`the probabilities of all classes add up to ${sum}`);
  return probabilities;
};
