import { LIFTS, LOG_LIFTS } from './lifts.ts';
import { remember } from './remember.ts';
import type { Tally } from './tally.ts';

/**
 * Bets that the candidate is worse than stable, from requests that a coin of known bias gave to one of them.
 *
 * With w the candidate's probability, p a guess of the stable bad share made before the cohort, and r a lift on its odds, a bad
 * outcome of track t pays theta_t/theta_0 and a good one (1-theta_t)/(1-theta_0), where theta_s = p, theta_c has odds r times those
 * of p, and theta_0 = w theta_c + (1-w) theta_s. If the candidate's true share is at most stable's, the expected pay of a request is
 * at most 1 whatever p and wherever the common share moves (Turner, Ly, Grünwald, "Generic E-variables for exact sequential
 * k-sample tests that allow for optional stopping", 2024, as one request each instead of blocks).
 *
 * Returns the log factor of each lift. `candidateShare` in (0,1), `stableShare` clamped.
 */
export function betWorse(candidateShare: number, stableShare: number, counts: Tally): number[] {
  const pays = paysOf(candidateShare, stableShare);
  const factors = new Array<number>(LIFTS.length);
  const bad = counts.candidateBad + counts.stableBad;
  const good = counts.candidateGood + counts.stableGood;
  for (let i = 0; i < factors.length; i++) {
    const { candidateBad, candidateGood, anyBad, anyGood } = pays[i]!;
    factors[i] =
      counts.candidateBad * candidateBad +
      counts.candidateGood * candidateGood +
      bad * anyBad +
      good * anyGood;
  }
  return factors;
}

interface LiftPay {
  /** log theta_c/theta_s of a bad outcome. */
  candidateBad: number;
  candidateGood: number;
  /** log theta_s/theta_0, which every bad outcome pays. */
  anyBad: number;
  anyGood: number;
}

const paysOf = remember((candidateShare, stableShare): LiftPay[] =>
  LIFTS.map((lift, i) => {
    const more = lift - 1;
    const excess = stableShare * more;
    // 1 - p + r p, of which only the distance to 1 keeps its digits when p is small
    const scale = 1 + excess;
    const logScale = Math.log1p(excess);
    return {
      candidateBad: LOG_LIFTS[i]! - logScale,
      candidateGood: -logScale,
      anyBad: -Math.log1p((candidateShare * more * (1 - stableShare)) / scale),
      anyGood: -Math.log1p((-candidateShare * excess) / scale),
    };
  }),
);
