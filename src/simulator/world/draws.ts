import type { Random } from '../../core/evaluation/seeded-random.ts';

/** From here on a normal variable stands for the sum; its error is far below what a simulation resolves. */
const LARGE = 2_000;

/** The same for sums over a slice of time, of which there are many in a run. */
export const LARGE_IN_SLICE = 200;

/** Successes in `trials`. Jumps from success to success, so that rare ones cost little; a normal variable for a mean above `large`. */
export const drawBinomial = (random: Random, trials: number, share: number, large = LARGE): number => {
  if (share <= 0 || trials <= 0) return 0;
  if (share >= 1) return trials;
  if (share > 0.5) return trials - drawBinomial(random, trials, 1 - share, large);
  const mean = trials * share;
  if (mean > large) {
    const drawn = Math.round(mean + Math.sqrt(mean * (1 - share)) * drawNormal(random));
    return Math.min(trials, Math.max(0, drawn));
  }
  const logMiss = Math.log1p(-share);
  let successes = 0;
  let trial = Math.floor(Math.log1p(-random()) / logMiss);
  while (trial < trials) {
    successes += 1;
    trial += 1 + Math.floor(Math.log1p(-random()) / logMiss);
  }
  return successes;
};

/** Events of a Poisson process with this mean. */
export const drawPoisson = (random: Random, mean: number, large = LARGE): number => {
  if (mean <= 0) return 0;
  if (mean > large) return Math.max(0, Math.round(mean + Math.sqrt(mean) * drawNormal(random)));
  let events = 0;
  // In parts, for exp(-mean) must stay a number.
  for (let left = mean; left > 0; left -= 30) {
    const limit = Math.exp(-Math.min(left, 30));
    let product = random();
    while (product > limit) {
      events += 1;
      product *= random();
    }
  }
  return events;
};

/** Standard normal (Box, Muller 1958); takes two numbers. */
export const drawNormal = (random: Random): number =>
  Math.sqrt(-2 * Math.log1p(-random())) * Math.cos(2 * Math.PI * random());

/** Exponential with this mean. */
export const drawExponential = (random: Random, mean: number): number => -mean * Math.log1p(-random());
