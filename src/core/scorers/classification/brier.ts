import type { Scorer } from '../scorer.ts';
import { meanOfCases } from '../scorer.ts';
import type { ClassProbabilitiesCase, ProbabilityCase } from '../scorer-inputs.ts';
import { checkedProbabilities, checkedProbability } from './checked-probability.ts';

/** The mean squared distance between probability and outcome, 0 to 1 (Brier, "Verification of forecasts expressed in terms of probability", 1950, halved). */
export const brier = (): Scorer<ProbabilityCase> =>
  meanOfCases(({ isPositive, probability }) => (checkedProbability(probability) - (isPositive ? 1 : 0)) ** 2);

/** Over classes, as Brier defined it: the sum of the squared distances of all classes, 0 to 2. */
export const multiclassBrier = (): Scorer<ClassProbabilitiesCase> =>
  meanOfCases(({ expected, probabilities }) => {
    let sum = Object.hasOwn(probabilities, expected) ? 0 : 1;
    for (const [name, probability] of Object.entries(checkedProbabilities(probabilities)))
      sum += (probability - (name === expected ? 1 : 0)) ** 2;
    return sum;
  });
