import { bootstrapInterval } from '../../paired/bootstrap.ts';
import type { Interval } from '../interval.ts';
import { around } from '../interval.ts';
import { seededRandom } from '../seeded-random.ts';
import type { LevelEstimate } from './level-estimate.ts';
import { levelEstimate } from './level-estimate.ts';

export interface Resampling {
  readonly seed: number;
  /** Names the random numbers, so that two metrics never share theirs. */
  readonly stream: string;
}

export interface ResampledStatistic {
  readonly value: number;
  /** Cases that are drawn. */
  readonly n: number;
  readonly of: (weights?: ArrayLike<number>) => number | null;
  /** What to say where resampling says nothing: nothing varies, or too few resamples reach that far out. */
  readonly fallback: { readonly method: string; readonly interval: (confidence: number) => Interval };
}

/** Fewer resamples than this beyond a limit, and the limit is noise. */
const LEAST_BEYOND = 10;
/** However far out a limit lies. */
const MOST_RESAMPLES = 20_000;

/** BCa limits over cases; for the level of each a bootstrap of its own with the same random numbers. */
export const resampledEstimate = (
  { value, n, of, fallback }: ResampledStatistic,
  { seed, stream }: Resampling,
): LevelEstimate => {
  const limits = (confidence: number): Interval | null => {
    const tail = (1 - confidence) / 2;
    const needed = Math.min(MOST_RESAMPLES, Math.ceil(LEAST_BEYOND / tail));
    const affordable = Math.max(500, needed, Math.floor(40_000_000 / n));
    const resamples = Math.min(affordable, Math.max(2000, Math.ceil(50 / tail)));
    if (resamples * tail < LEAST_BEYOND) return null;
    const found = bootstrapInterval(of, n, { confidence, resamples, random: seededRandom(seed, stream) });
    return found.kind === 'bca' ? around(value, found) : null;
  };
  const usual = limits(0.95);
  if (usual === null) return levelEstimate(value, n, fallback.method, fallback.interval);
  return levelEstimate(value, n, `BCa bootstrap, seed ${seed}`, (confidence) =>
    confidence === 0.95 ? usual : (limits(confidence) ?? fallback.interval(confidence)),
  );
};
