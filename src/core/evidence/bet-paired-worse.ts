import { LIFTS, LOG_LIFTS } from './lifts.ts';

/**
 * Bets that, of the mirrored requests on which exactly one track was bad, the candidate was it more often than not. Under the null
 * (at most every second one) a bet with odds r:1 pays 2r/(1+r) or 2/(1+r), at most 1 on average; pairs on which both fared
 * alike pay 1 and need no model of how hard the requests are. Returns the log factor of each lift r.
 */
export function betPairedWorse(candidateOnly: number, stableOnly: number): number[] {
  return LIFTS.map((lift, i) => {
    const logEven = Math.log(2 / (1 + lift));
    return candidateOnly * (LOG_LIFTS[i]! + logEven) + stableOnly * logEven;
  });
}
