import { bcaLimits } from '../../paired/bca-limits.ts';
import type { Interval } from '../interval.ts';
import { around } from '../interval.ts';
import type { Random } from '../seeded-random.ts';
import { seededRandom } from '../seeded-random.ts';
import type { LevelEstimate } from './level-estimate.ts';
import { levelEstimate } from './level-estimate.ts';
import type { Resampling } from './resampled-estimate.ts';

const LEAST_RESAMPLES = 2000;
const MOST_RESAMPLES = 20_000;
const LEAST_BEYOND = 50;

/**
 * The BCa bootstrap of a mean over very many cases of equal weight, nearly all of which have the same value: as if cases were drawn one by one, in
 * time that grows with those that differ. How often the common value is drawn does not depend on which case it comes from, so in a
 * resample only the others need drawing: each of `n` draws hits one of them with probability `different / n`, and then each of them with
 * the same. The jackknife is worked out and not grouped. `fallback`: what to say where resampling says nothing.
 */
export const lumpedMeanEstimate = (
  values: readonly number[],
  common: number,
  fallback: (confidence: number) => Interval,
  { seed, stream }: Resampling,
): LevelEstimate => {
  const n = values.length;
  const different = Float64Array.from(values.filter((value) => value !== common));
  const observed = meanWith(common, n, different, null);
  const jackknife = Float64Array.from(values, (value) => observed + (observed - value) / (n - 1));
  const limits = (confidence: number): Interval => {
    const tail = (1 - confidence) / 2;
    const resamples = Math.min(MOST_RESAMPLES, Math.max(LEAST_RESAMPLES, Math.ceil(LEAST_BEYOND / tail)));
    const random = seededRandom(seed, stream);
    const replicates = Float64Array.from({ length: resamples }, () =>
      meanWith(common, n, different, drawnTimes(n, different.length, random)),
    );
    const found = bcaLimits({ observed, replicates, jackknife, confidence });
    return found.kind === 'bca' ? around(observed, found) : fallback(confidence);
  };
  return levelEstimate(observed, n, `BCa bootstrap, seed ${seed}`, limits);
};

const meanWith = (common: number, n: number, different: Float64Array, times: Uint32Array | null): number => {
  let sum = 0;
  for (let i = 0; i < different.length; i += 1)
    sum += (times === null ? 1 : times[i]!) * (different[i]! - common);
  return common + sum / n;
};

/** How often each of `different` cases is drawn in `n` draws from `n` cases. The gaps between draws that hit one of them are geometric. */
const drawnTimes = (n: number, different: number, random: Random): Uint32Array => {
  const times = new Uint32Array(different);
  const logMiss = Math.log1p(-different / n);
  for (let draw = gap(logMiss, random); draw <= n; draw += gap(logMiss, random)) {
    const one = Math.floor(random() * different);
    times[one] = times[one]! + 1;
  }
  return times;
};

const gap = (logMiss: number, random: Random): number => 1 + Math.floor(Math.log(1 - random()) / logMiss);
