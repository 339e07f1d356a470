import type { Scorer } from '../scorer.ts';
import { meanOfCases } from '../scorer.ts';
import type { ClassProbabilitiesCase, ProbabilityCase } from '../scorer-inputs.ts';
import { checkedProbabilities, checkedProbability } from './checked-probability.ts';

/** Minus the natural logarithm of the probability given to what was true, averaged; see `surprise` for 0 and 1. */
export const logLoss = (): Scorer<ProbabilityCase> =>
  meanOfCases(({ isPositive, probability }) => {
    const given = checkedProbability(probability);
    return surprise(isPositive ? given : 1 - given);
  });

/** The same over classes; an expected class that has no probability was given 0. */
export const multiclassLogLoss = (): Scorer<ClassProbabilitiesCase> =>
  meanOfCases((one) => {
    const probabilities = checkedProbabilities(one.probabilities);
    return surprise(Object.hasOwn(probabilities, one.expected) ? probabilities[one.expected]! : 0);
  });

/** Probabilities are kept one machine precision (2^-52) away from 0 and 1, as in scikit-learn, so that the worst case costs 36.04. */
const surprise = (probability: number): number =>
  -Math.log(Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, probability)));
