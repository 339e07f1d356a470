import { logMean } from '../../evidence/log-sum.ts';

/**
 * Bets that the mean of values in [0, 1] lies above a bound, or just on it where `isBoundEnough`. `cases` null: the mean of what
 * these are independent draws from. Else the mean of a set of exactly so many, which are drawn one by one and not put back.
 */
export interface MeanBet {
  readonly bound: number;
  readonly cases: number | null;
  readonly isBoundEnough: boolean;
  /** Of each stake; the bet has the mean of them. */
  readonly logWealth: number[];
  seen: number;
  sum: number;
  /** Greatest log e-value so far, at least 0; infinite once no order of what is left could put the mean below the bound. */
  peakLogE: number;
}

/** Parts of what can be lost at most in a case; evenly spread on a logarithmic scale, since the best one is not known beforehand. */
const STAKES: readonly number[] = Array.from({ length: 13 }, (_, i) => 0.01 * 1.45 ** i);

export const startMeanBet = (bound: number, cases: number | null, isBoundEnough: boolean): MeanBet => ({
  bound,
  cases,
  isBoundEnough,
  logWealth: new Array<number>(STAKES.length).fill(0),
  seen: 0,
  sum: 0,
  peakLogE: 0,
});

/**
 * If the mean is at most the bound, the e-value ever exceeds 1/a with a probability of at most a, however long one plays (Ville). A case
 * multiplies each stake's wealth by 1 + stake (x / m - 1). m is the bound itself; without putting back it is the mean that the rest must
 * have if the whole has the bound: (cases bound - sum) / left. Under a smaller mean the rest has less, and the bet loses more
 * (Waudby-Smith, Ramdas, "Confidence sequences for sampling without replacement", NeurIPS 2020; "Estimating means of bounded
 * random variables by betting", JRSS B 86, 2024, section 5).
 */
export const playMeanBet = (bet: MeanBet, value: number): void => {
  const { bound, cases, logWealth } = bet;
  if (bet.peakLogE === Number.POSITIVE_INFINITY) return;
  const mean = cases === null ? bound : (cases * bound - bet.sum) / (cases - bet.seen);
  bet.seen += 1;
  bet.sum += value;
  if (mean > 0) {
    const gain = value / mean - 1;
    for (let i = 0; i < logWealth.length; i += 1) logWealth[i]! += Math.log1p(STAKES[i]! * gain);
    const logE = logMean(logWealth);
    if (logE > bet.peakLogE) bet.peakLogE = logE;
  }
  // Even if all that is left were 0. Sums are rounded, so "exactly the bound" is a little more or less.
  if (cases === null) return;
  const slack = (bet.isBoundEnough ? -1e-12 : 1e-12) * cases;
  if (bet.sum >= cases * bound + slack) bet.peakLogE = Number.POSITIVE_INFINITY;
};
