import { remember } from './remember.ts';
import type { Tally } from './tally.ts';

/** log pay of one request by track and outcome. */
export interface NotWorsePay {
  candidateBad: number;
  candidateGood: number;
  stableBad: number;
  stableGood: number;
}

/**
 * Bets that the candidate's bad share exceeds stable's by less than the margin, when both are about p: the likelihood ratio
 * of (p, p) against (t + margin, t), the member of the null that is nearest to (p, p) in the divergence of one request,
 * w KL(p, t+margin) + (1-w) KL(p, t). Against the nearest member of a convex null the ratio pays at most 1 on average for every
 * member (the reverse information projection; Turner, Ly, Grünwald, 2024).
 */
export function notWorsePay(candidateShare: number, stableShare: number, marginShare: number): NotWorsePay {
  let ofMargin = known.get(marginShare);
  if (ofMargin === undefined) {
    if (known.size >= MARGINS_AT_MOST) known.clear();
    ofMargin = remember((w, p) => computePay(w, p, marginShare));
    known.set(marginShare, ofMargin);
  }
  return ofMargin(candidateShare, stableShare);
}

/** Far more different margins than one control plane's policies have. */
const MARGINS_AT_MOST = 50;
const known = new Map<number, (candidateShare: number, stableShare: number) => NotWorsePay>();

function computePay(candidateShare: number, p: number, marginShare: number): NotWorsePay {
  const { stableBad, stableGood, candidateBad, candidateGood } = nearestInNull(
    candidateShare,
    p,
    marginShare,
  );
  return {
    candidateBad: Math.log(p / candidateBad),
    candidateGood: Math.log((1 - p) / candidateGood),
    stableBad: Math.log(p / stableBad),
    stableGood: Math.log((1 - p) / stableGood),
  };
}

export function betNotWorse(pay: NotWorsePay, counts: Tally): number {
  return (
    counts.candidateBad * pay.candidateBad +
    counts.candidateGood * pay.candidateGood +
    counts.stableBad * pay.stableBad +
    counts.stableGood * pay.stableGood
  );
}

/**
 * The nearest pair of the null with all four shares to full digits. Near its upper end t says little about 1 - t - margin, so there
 * the same problem is solved with good and bad, and with them the tracks, exchanged.
 */
function nearestInNull(w: number, p: number, margin: number): NotWorsePay {
  const low = Math.max(0, p - margin);
  const high = Math.min(p, 1 - margin);
  if (slope(w, p, margin, (low + high) / 2) >= 0) {
    const t = rootOfSlope(w, p, margin);
    return { stableBad: t, stableGood: 1 - t, candidateBad: t + margin, candidateGood: 1 - t - margin };
  }
  const u = rootOfSlope(1 - w, 1 - p, margin);
  return { candidateGood: u, candidateBad: 1 - u, stableGood: u + margin, stableBad: 1 - u - margin };
}

/**
 * Bisection down to neighbouring doubles. The expected pay at the edge of the null is 1 - slope(t) * (b - t), so what is left of
 * the slope is the whole error; a search for the minimum itself leaves too much.
 */
function rootOfSlope(w: number, p: number, margin: number): number {
  let low = Math.max(0, p - margin);
  let high = Math.min(p, 1 - margin);
  for (let i = 0; i < 200; i++) {
    const t = (low + high) / 2;
    if (t <= low || t >= high) break;
    if (slope(w, p, margin, t) < 0) low = t;
    else high = t;
  }
  return (low + high) / 2;
}

/** Derivative of w KL(p, t+margin) + (1-w) KL(p, t) by t. */
function slope(w: number, p: number, margin: number, t: number): number {
  return w * ((1 - p) / (1 - t - margin) - p / (t + margin)) + (1 - w) * ((1 - p) / (1 - t) - p / t);
}
