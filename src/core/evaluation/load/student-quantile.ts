import { inverseIncompleteBeta } from '../incomplete-beta.ts';

/**
 * The t between which and -t Student's distribution with `degrees` of freedom has a share `confidence`. From t² = d x / (1 - x), where x is
 * Beta(1/2, d/2) distributed (DLMF 8.17; Johnson, Kotz, Balakrishnan, "Continuous Univariate Distributions" 2, chapter 28).
 */
export const studentQuantile = (confidence: number, degrees: number): number => {
  const x = inverseIncompleteBeta(confidence, 0.5, degrees / 2);
  return Math.sqrt((degrees * x) / (1 - x));
};
