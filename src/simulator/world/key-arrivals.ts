import type { Random } from '../../core/evaluation/seeded-random.ts';
import { drawBinomial, LARGE_IN_SLICE } from './draws.ts';
import { type KeyBand, keyBands } from './key-bands.ts';
import type { KeyPopulation } from './world.ts';

/** Keys that a coin with the same probability decided about. */
export interface KeyGroup {
  /** Null: the share in force, for keys that are new in the rollout. */
  readonly drawnAgainWith: number | null;
  readonly stable: number;
  readonly candidate: number;
}

/**
 * When sticky keys come up, without simulating their requests: of the keys of one weight that nothing is known of under the present
 * share, so many are seen in a slice as the binomial says. What is decided about a key, and when, is as in `openKeyDraws`.
 */
export interface KeyArrivals {
  /** The share is another one from now on. Throws a RangeError for one that was not among `shares`. */
  changeShare(candidateShare: number): void;
  /** Part of the traffic that sticky assignment gives to the candidate under the present share. */
  actualShare(): number;
  /** After so many more requests: keys to be counted by the probability they were drawn with. */
  pass(requests: number): KeyGroup[];
  /** Different keys that have been on the candidate. */
  affected(): number;
}

/**
 * Where keys stand: cell c holds those between the c-th and the next of the shares, which are on the candidate from the share above
 * them on. A standing is what was decided about a key last: nothing yet (0), or stable under the n-th share (n + 1).
 */
interface Crowd extends KeyBand {
  /** log(1 - trafficShare). */
  readonly logMissed: number;
  readonly inCell: readonly number[];
  /** Keys that may still be news, by cell and standing. */
  readonly waiting: number[][];
}

/** `shares` are all that will ever be in force; 0 is always one of them. */
export const openKeyArrivals = (
  population: KeyPopulation,
  shares: readonly number[],
  random: Random,
): KeyArrivals => {
  const levels = [...new Set([0, ...shares])].sort((a, b) => a - b);
  const crowds = keyBands(population).map((band) => crowdOf(band, levels, random));
  let level = 0;
  let actual = 0;
  let affected = 0;
  return {
    changeShare(candidateShare) {
      level = levels.indexOf(candidateShare);
      if (level < 0) throw new RangeError(`the share ${candidateShare} was not among those announced`);
      actual = crowds.reduce((sum, { inCell, trafficShare }) => {
        for (let cell = 0; cell < level; cell += 1) sum += inCell[cell]! * trafficShare;
        return sum;
      }, 0);
      actual = Math.min(1, actual);
    },
    actualShare: () => actual,
    pass(requests) {
      // By standing; only those that were decided about under a smaller share are news.
      const stable = new Array<number>(level + 1).fill(0);
      const candidate = new Array<number>(level + 1).fill(0);
      for (const { waiting, logMissed } of crowds) {
        const seenShare = -Math.expm1(requests * logMissed);
        for (let cell = 0; cell < waiting.length; cell += 1) {
          const keys = waiting[cell]!;
          for (let standing = 0; standing <= level; standing += 1) {
            if (keys[standing] === 0) continue;
            const seen = drawBinomial(random, keys[standing]!, seenShare, LARGE_IN_SLICE);
            if (seen === 0) continue;
            keys[standing]! -= seen;
            if (cell < level) {
              candidate[standing]! += seen;
              affected += seen;
            } else {
              stable[standing]! += seen;
              keys[level + 1]! += seen;
            }
          }
        }
      }
      return stable.flatMap((onStable, standing): KeyGroup[] => {
        const onCandidate = candidate[standing]!;
        if (onStable + onCandidate === 0) return [];
        const before = standing === 0 ? null : levels[standing - 1]!;
        const drawnAgainWith = before === null ? null : (levels[level]! - before) / (1 - before);
        return [{ drawnAgainWith, stable: onStable, candidate: onCandidate }];
      });
    },
    affected: () => affected,
  };
};

const crowdOf = (band: KeyBand, levels: readonly number[], random: Random): Crowd => {
  let left = band.keys;
  const inCell = levels.map((level, index) => {
    const above = levels[index + 1] ?? 1;
    const inside =
      above === 1 ? left : drawBinomial(random, left, (above - level) / (1 - level), LARGE_IN_SLICE);
    left -= inside;
    return inside;
  });
  return {
    ...band,
    logMissed: Math.log1p(-band.trafficShare),
    inCell,
    waiting: inCell.map((keys) => [keys, ...levels.map(() => 0)]),
  };
};
