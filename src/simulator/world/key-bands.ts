import type { KeyPopulation } from './world.ts';

/** Keys that send about as much as each other, so that only their number matters. */
export interface KeyBand {
  readonly keys: number;
  /** Part of all traffic that one of them sends. */
  readonly trafficShare: number;
}

/** So many keys in front have a band each: where a user is heavy, it matters which track that one is on. */
const SINGLE_KEYS = 24;
/** Rank of the first key of the next band, as a multiple of this one's. */
const WIDTH = 1.25;

const known = new WeakMap<KeyPopulation, readonly KeyBand[]>();

/** The population by weight, heaviest first. A band's keys send together exactly what its keys send in the population. */
export const keyBands = (population: KeyPopulation): readonly KeyBand[] => {
  const before = known.get(population);
  if (before !== undefined) return before;
  const bands = computeBands(population);
  known.set(population, bands);
  return bands;
};

const computeBands = ({ heavy, count, zipfExponent }: KeyPopulation): KeyBand[] => {
  const heavyShare = heavy.reduce((sum, { trafficShare }) => sum + trafficShare, 0);
  const bands: { keys: number; weight: number }[] = [];
  let total = 0;
  for (let rank = 1; rank <= count; ) {
    const next = Math.min(count + 1, rank <= SINGLE_KEYS ? rank + 1 : Math.ceil(rank * WIDTH));
    let weight = 0;
    for (let one = rank; one < next; one += 1) weight += one ** -zipfExponent;
    bands.push({ keys: next - rank, weight });
    total += weight;
    rank = next;
  }
  return [
    ...heavy.map(({ trafficShare }) => ({ keys: 1, trafficShare })),
    ...bands.map(({ keys, weight }) => ({
      keys,
      trafficShare: ((weight / total) * (1 - heavyShare)) / keys,
    })),
  ];
};
