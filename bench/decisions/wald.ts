/** Kullback-Leibler divergence of two Bernoulli distributions, in nats. */
export const divergence = (p: number, q: number): number => term(p, q) + term(1 - p, 1 - q);

const term = (p: number, q: number): number => (p === 0 ? 0 : p * Math.log(p / q));

/**
 * Expected number of the candidate's requests below which no test that errs with probability at most alpha can stay, even one told both
 * rates beforehand (Wald, "Sequential tests of statistical hypotheses", 1945), when the tests always stops in the end.
 */
export const waldLimit = (stableShare: number, candidateShare: number, alpha: number): number =>
  Math.log(1 / alpha) / divergence(candidateShare, stableShare);
