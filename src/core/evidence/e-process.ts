import { logAdd, logMean } from './log-sum.ts';

/**
 * A bank of bets against one null hypothesis: each entry of `logWealth` is one strategy with an equal part of the stake.
 * Its value is the mean wealth plus what is still held in reserve; under the null that value is a supermartingale starting at 1,
 * so by Ville's inequality it ever exceeds 1/alpha with probability at most alpha, however often anyone looks.
 */
export interface EProcess {
  logWealth: number[];
  /** Part of the stake not yet placed. Placing it later keeps the test quick for a candidate that turns bad late. */
  reserveShare: number;
  /** Observations of all cohorts so far; decides how much of the reserve is placed. */
  observations: number;
  /** Highest log value reached after any cohort, at least 0. */
  peakLogE: number;
}

/** Stake placed before the first cohort when some is kept for later. */
const STAKE_AT_START = 0.8;

/**
 * Observations after which the reserve starts to thin out; by simulation (see candidate-turns-bad.slow.test.ts) a smaller one is slower for
 * a candidate that turns bad after ten thousand requests, a larger one for one that does so after one thousand.
 */
const RESERVE_SCALE = 4000;

/** Smaller parts wait for more; placing costs time and these are never missed. */
const LEAST_PLACED = 0.0005;

/** All of the stake is placed at once. */
export function startProcess(strategies: number): EProcess {
  return { logWealth: new Array<number>(strategies).fill(0), reserveShare: 0, observations: 0, peakLogE: 0 };
}

/** Most of the stake is placed at once, the rest bit by bit for ever. */
export function startProcessWithReserve(strategies: number): EProcess {
  return {
    logWealth: new Array<number>(strategies).fill(Math.log(STAKE_AT_START)),
    reserveShare: 1 - STAKE_AT_START,
    observations: 0,
    peakLogE: 0,
  };
}

export function copyProcess(process: EProcess): EProcess {
  return { ...process, logWealth: process.logWealth.slice() };
}

/** log of the current value. */
export function logValue(process: EProcess): number {
  const placed = logMean(process.logWealth);
  return process.reserveShare > 0 ? logAdd(placed, Math.log(process.reserveShare)) : placed;
}

/**
 * Plays one cohort: places what is due of the reserve, then multiplies each strategy by its factor. The due part depends only on
 * how many observations *earlier* cohorts had, so it is settled before this cohort's outcomes.
 */
export function playCohort(process: EProcess, logFactors: readonly number[], observations: number): void {
  multiply(process, logFactors, observations);
  if (logValueAtMost(process) <= process.peakLogE) return;
  const now = logValue(process);
  if (now > process.peakLogE) process.peakLogE = now;
}

/** As `playCohort`, for a process whose peak is kept by somebody else. */
export function multiply(process: EProcess, logFactors: readonly number[], observations: number): void {
  const { logWealth } = process;
  const due = process.reserveShare > 0 ? takeDue(process) : 0;
  const logDue = due > 0 ? Math.log(due) : -Infinity;
  for (let i = 0; i < logWealth.length; i++) {
    const wealth = logDue === -Infinity ? logWealth[i]! : logAdd(logWealth[i]!, logDue);
    logWealth[i] = wealth + logFactors[i]!;
  }
  process.observations += observations;
}

/** A limit of `logValue` that costs no exponential: most cohorts are nowhere near a new peak. */
export function logValueAtMost({ logWealth, reserveShare }: EProcess): number {
  let high = -Infinity;
  for (const log of logWealth) if (log > high) high = log;
  if (high > 0) return high + reserveShare;
  // e^high is at most 1 / (1 - high); together with the reserve that is often no more than the stake there was.
  return 1 / (1 - high) + reserveShare <= 1 ? 0 : Math.log(Math.exp(high) + reserveShare);
}

/**
 * After n observations (1 - STAKE_AT_START) / (1 + ln(1 + n / RESERVE_SCALE)) is still in reserve. So the parts placed
 * add up to at most the reserve, about the same part goes to every doubling of n, falling slowly, and n is all there is to remember.
 */
function takeDue(process: EProcess): number {
  const left = (1 - STAKE_AT_START) / (1 + Math.log1p(process.observations / RESERVE_SCALE));
  const due = process.reserveShare - left;
  if (due < LEAST_PLACED) return 0;
  process.reserveShare -= due;
  return due;
}
