import type { Interval } from '../evaluation/interval.ts';
import { normalDistribution } from '../evaluation/normal-distribution.ts';
import type { PairedCounts } from '../evaluation/paired-shares.ts';

/**
 * `superior` and `inferior` are about 0, `non-inferior` and `worse` about the margin: better for sure; not worse than allowed for sure;
 * worse than allowed for sure; open.
 */
export type NonInferiority = 'superior' | 'non-inferior' | 'open' | 'worse';

/**
 * Reads a two-sided interval of a difference, candidate minus stable (Piaggio et al., "Reporting of noninferiority and equivalence
 * randomized trials: extension of the CONSORT 2010 statement", 2012, figure 1). `margin` is how much worse is allowed, 0 or more,
 * in the unit of the score.
 */
export const nonInferiority = (
  { low, high }: Interval,
  margin: number,
  better: 'higher' | 'lower',
): NonInferiority => {
  if (!(margin >= 0)) throw new RangeError(`a margin cannot be ${margin}`);
  const [worst, best] = better === 'higher' ? [low, high] : [-high, -low];
  if (worst > 0) return 'superior';
  if (worst > -margin) return 'non-inferior';
  return best < -margin ? 'worse' : 'open';
};

/**
 * The one-sided p-value of Tango's score test that the share of right cases fell by the margin or more (Statistics in Medicine 17,
 * 1998): small means not inferior. Counts as in `pairedSharesInterval`, whose lower limit lies above -margin at
 * confidence 1 - 2p exactly when the test rejects at p.
 */
export const nonInferiorityP = (
  { onlyCandidate, onlyStable, total }: PairedCounts,
  margin: number,
): number => {
  if (!(margin >= 0 && margin < 1)) throw new RangeError(`a margin of shares cannot be ${margin}`);
  if (total <= 0) return 1;
  // The likeliest probability of "only stable right" if the difference were -margin: the root of a quadratic.
  const linear = -onlyCandidate - onlyStable - (2 * total - onlyCandidate + onlyStable) * margin;
  const constant = onlyStable * margin * (1 + margin);
  const root = (Math.sqrt(Math.max(0, linear * linear - 8 * total * constant)) - linear) / (4 * total);
  const variance = total * (2 * root - margin * (1 + margin));
  const gap = onlyCandidate - onlyStable + total * margin;
  if (variance <= 1e-300) return gap > 0 ? 0 : 1;
  return normalDistribution(-gap / Math.sqrt(variance));
};
