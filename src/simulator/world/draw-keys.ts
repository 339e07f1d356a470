import { type Random, seededRandom } from '../../core/evaluation/seeded-random.ts';
import { drawNormal } from './draws.ts';
import type { KeyPopulation } from './world.ts';

/** The keys of one simulated world, by number from 0; heavy ones first. */
export interface DrawnKeys {
  readonly isSticky: boolean;
  /** Part of the traffic that comes from each. */
  readonly trafficShare: Float64Array;
  /** Where each stands between 0 and 1: on the candidate while its share is greater. */
  readonly place: Float64Array;
  readonly badFactor: Float64Array;
  /** The key of the next request. */
  pick(random: Random): number;
}

export const drawKeys = (population: KeyPopulation, seed: number): DrawnKeys => {
  const { heavy, count, badnessSigma } = population;
  const random = seededRandom(seed, 'keys');
  const { trafficShare, cumulated } = weightsOf(population);
  const badFactor = Float64Array.from([
    ...heavy.map((key) => key.badFactor),
    ...Array.from({ length: count }, () =>
      badnessSigma === 0 ? 1 : Math.exp(badnessSigma * drawNormal(random) - badnessSigma ** 2 / 2),
    ),
  ]);
  return {
    isSticky: population.isSticky,
    trafficShare,
    place: trafficShare.map(() => random()),
    badFactor,
    pick: (draw) => firstAbove(cumulated, draw()),
  };
};

const known = new WeakMap<KeyPopulation, { trafficShare: Float64Array; cumulated: Float64Array }>();

/** The same for every seed, so it is worked out once for each population. */
const weightsOf = (population: KeyPopulation) => {
  const before = known.get(population);
  if (before !== undefined) return before;
  const { heavy, count, zipfExponent } = population;
  const heavyShare = heavy.reduce((sum, { trafficShare }) => sum + trafficShare, 0);
  const weights = Array.from({ length: count }, (_, rank) => (rank + 1) ** -zipfExponent);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const trafficShare = Float64Array.from([
    ...heavy.map((key) => key.trafficShare),
    ...weights.map((weight) => (weight / total) * (1 - heavyShare)),
  ]);
  const cumulated = trafficShare.slice();
  for (let i = 1; i < cumulated.length; i += 1) cumulated[i]! += cumulated[i - 1]!;
  const shares = { trafficShare, cumulated };
  known.set(population, shares);
  return shares;
};

const firstAbove = (cumulated: Float64Array, value: number): number => {
  let low = 0;
  let high = cumulated.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulated[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
};
