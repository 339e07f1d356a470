import { coinToss } from './coin-toss.ts';
import { signTest } from './sign-test.ts';

/** Cases that exactly one of two releases got right; those on which they agree do not count. */
export interface Discordant {
  readonly onlyCandidate: number;
  readonly onlyStable: number;
}

/**
 * McNemar's exact test, two-sided ("Note on the sampling error of the difference between correlated proportions", Psychometrika
 * 12, 1947; conditional on the discordant cases): errs in at most the stated share of comparisons, often in far fewer.
 */
export const mcnemarExact = ({ onlyCandidate, onlyStable }: Discordant): number =>
  signTest(onlyCandidate, onlyStable);

/**
 * Its mid-p variant, which counts the observed split half (Fagerland, Lydersen, Laake, "The McNemar test for binary matched-pairs
 * data: mid-p and asymptotic are better than exact conditional", 2013): finds more, and is only nearly sure to keep its level.
 */
export const mcnemarMidP = ({ onlyCandidate, onlyStable }: Discordant): number => {
  const total = onlyCandidate + onlyStable;
  if (total === 0) return 1;
  const { atMost, exactly } = coinToss(Math.min(onlyCandidate, onlyStable), total);
  return onlyCandidate === onlyStable ? 1 - exactly / 2 : 2 * atMost - exactly;
};
