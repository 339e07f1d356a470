import { betMeanAbove, betMeanBelow, type LevelTally, levelTally } from './bet-mean.ts';
import type { DifferenceCell } from './difference-cell.ts';
import type { DifferenceReading } from './guard-reading.ts';
import { logMean } from './log-sum.ts';

/** Of both limits together; each takes half of the rest. */
const CONFIDENCE = 0.95;
const LOG_REJECT = Math.log(2 / (1 - CONFIDENCE));

/** Down to a thousandth of the largest: an interval must go on narrowing after a million requests. */
const STAKES: readonly number[] = [0.001, 0.003, 0.009, 0.025, 0.07, 0.17, 0.4, 0.8];

/** Enough halvings of [-1, 1] for six digits. */
const HALVINGS = 21;

/**
 * The difference of the tracks with limits that hold at all times at once: every difference that a bet against it has not yet
 * made 2/(1-confidence) times its stake is inside. Pending outcomes are decided against each limit, so that late ones cannot make it lie.
 */
export function readDifference(cells: readonly DifferenceCell[]): DifferenceReading {
  const above = lowerLimit(cells);
  const below = upperLimit(cells);
  // Where the difference itself has changed on the way, no single value may be left: then it was at least as large as the one
  // limit at some time and at most as large as the other at another, and what lies between is what it has moved through.
  const low = Math.min(above, below);
  const high = Math.max(above, below);
  const estimate = estimateOf(cells);
  return {
    // Rounding and the grid of stakes may leave the estimate a hair outside in degenerate cases.
    ...(estimate !== undefined && { estimate: Math.min(high, Math.max(low, estimate)) }),
    low,
    high,
    confidence: CONFIDENCE,
  };
}

function lowerLimit(cells: readonly DifferenceCell[]): number {
  const tallies = cells.map((cell) => levelTally(cell, 'favour-candidate'));
  return lastRejected(-1, 1, (difference) => logWealth(cells, tallies, betMeanAbove, difference));
}

function upperLimit(cells: readonly DifferenceCell[]): number {
  const tallies = cells.map((cell) => levelTally(cell, 'favour-stable'));
  return lastRejected(1, -1, (difference) => logWealth(cells, tallies, betMeanBelow, difference));
}

/** Wealth falls on the way from `from` to `to` (each factor does), so the last rejected value is found by halving. */
function lastRejected(from: number, to: number, logWealthAt: (difference: number) => number): number {
  let rejected = from;
  let kept = to;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (rejected + kept) / 2;
    if (logWealthAt(middle) >= LOG_REJECT) rejected = middle;
    else kept = middle;
  }
  return rejected;
}

function logWealth(
  cells: readonly DifferenceCell[],
  tallies: readonly LevelTally[],
  bet: typeof betMeanAbove,
  difference: number,
): number {
  const logs = new Array<number>(STAKES.length).fill(0);
  cells.forEach((cell, i) => {
    const factors = bet(cell.candidateShare, cell.centre, difference, tallies[i]!, STAKES);
    for (let k = 0; k < logs.length; k++) logs[k]! += factors[k]!;
  });
  return logMean(logs);
}

/** Mean of the differences of the cells, each weighted by what it knows: n_c n_s / (n_c + n_s). */
function estimateOf(cells: readonly DifferenceCell[]): number | undefined {
  let sum = 0;
  let weights = 0;
  for (const { stable, candidate } of cells) {
    const s = meanOf(stable.counts);
    const c = meanOf(candidate.counts);
    if (s.n === 0 || c.n === 0) continue;
    const weight = (s.n * c.n) / (s.n + c.n);
    sum += weight * (c.mean - s.mean);
    weights += weight;
  }
  return weights === 0 ? undefined : sum / weights;
}

function meanOf(counts: readonly number[]): { n: number; mean: number } {
  const steps = counts.length - 1;
  let n = 0;
  let sum = 0;
  counts.forEach((count, level) => {
    n += count;
    sum += (count * level) / steps;
  });
  return { n, mean: n === 0 ? 0 : sum / n };
}
