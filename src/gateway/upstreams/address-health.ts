import type { EjectionLimits } from '../../core/routing/table.ts';

/** How the answers of one address have been lately. Changed in place: it is touched by every request. Times are monotonic. */
export interface AddressHealth {
  failuresInRow: number;
  /** The window is two halves, this one and the one before; the older drops out as a whole. */
  halfSinceMs: number;
  answered: number;
  failed: number;
  answeredBefore: number;
  failedBefore: number;
  /** 0 while it is not ejected. */
  ejectedUntilMs: number;
  /** In a row, each making the next rest longer. */
  ejections: number;
  /** Since the process knows the address. */
  ejectionsInAll: number;
  /** Its rest is over, and one request finds out whether it is well again. */
  isProbed: boolean;
  /** When it came, or came back: it gets little at first. */
  freshSinceMs: number;
}

export const openHealth = (nowMs: number): AddressHealth => ({
  failuresInRow: 0,
  halfSinceMs: nowMs,
  answered: 0,
  failed: 0,
  answeredBefore: 0,
  failedBefore: 0,
  ejectedUntilMs: 0,
  ejections: 0,
  ejectionsInAll: 0,
  isProbed: false,
  freshSinceMs: nowMs,
});

/** Fewer answers than this in a window say nothing about a share. */
export const LEAST_ANSWERS = 20;
const LONGEST_REST_FACTOR = 16;

/** `in`: takes requests. `probe`: its rest is over, and the next request is to try it. `out`: it rests, or is being tried. */
export function standingOf(health: AddressHealth, nowMs: number): 'in' | 'probe' | 'out' {
  if (health.ejectedUntilMs === 0) return 'in';
  return health.isProbed || nowMs < health.ejectedUntilMs ? 'out' : 'probe';
}

/** To be called when a request is sent there. True when it is the one that tries the address. */
export function beginAttempt(health: AddressHealth, nowMs: number): boolean {
  if (standingOf(health, nowMs) !== 'probe') return false;
  health.isProbed = true;
  return true;
}

/** An answer came that speaks for the address. `isProbe` is what `beginAttempt` said of the request. */
export function noteSuccess(
  health: AddressHealth,
  limits: EjectionLimits,
  isProbe: boolean,
  nowMs: number,
): void {
  turnWindow(health, limits, nowMs);
  health.answered += 1;
  health.failuresInRow = 0;
  if (!isProbe) return;
  health.ejectedUntilMs = 0;
  health.isProbed = false;
  health.freshSinceMs = nowMs;
  // What it was ejected for must not eject it again.
  health.answered = 0;
  health.failed = 0;
  health.answeredBefore = 0;
  health.failedBefore = 0;
}

/** It failed, timed out, or answered 5xx. True when that ejects it. */
export function noteFailure(
  health: AddressHealth,
  limits: EjectionLimits,
  isProbe: boolean,
  nowMs: number,
): boolean {
  turnWindow(health, limits, nowMs);
  health.answered += 1;
  health.failed += 1;
  health.failuresInRow += 1;
  // Of requests that were under way when it was ejected nothing more is learnt.
  if (health.ejectedUntilMs !== 0 && !isProbe) return false;
  const answered = health.answered + health.answeredBefore;
  const failed = health.failed + health.failedBefore;
  const isOut =
    isProbe ||
    health.failuresInRow >= limits.consecutive ||
    (answered >= LEAST_ANSWERS && failed >= answered * limits.failedShare);
  if (!isOut) return false;
  const factor = Math.min(LONGEST_REST_FACTOR, 2 ** health.ejections);
  health.ejectedUntilMs = nowMs + limits.restMs * factor;
  health.ejections += 1;
  health.ejectionsInAll += 1;
  health.isProbed = false;
  health.failuresInRow = 0;
  return true;
}

/** The request that tried the address ended without saying anything about it. */
export function noteNothing(health: AddressHealth, isProbe: boolean): void {
  if (isProbe) health.isProbed = false;
}

/**
 * Which part of its share a fresh address gets now, from a tenth to 1: it may have caches to fill and code to compile. Grows
 * linearly.
 */
export const freshShare = (health: AddressHealth, slowStartMs: number, nowMs: number): number => {
  const ageMs = nowMs - health.freshSinceMs;
  return ageMs >= slowStartMs ? 1 : Math.max(0.1, ageMs / slowStartMs);
};

function turnWindow(health: AddressHealth, { windowMs }: EjectionLimits, nowMs: number): void {
  const ageMs = nowMs - health.halfSinceMs;
  if (ageMs < windowMs / 2) return;
  const isNext = ageMs < windowMs;
  health.answeredBefore = isNext ? health.answered : 0;
  health.failedBefore = isNext ? health.failed : 0;
  health.answered = 0;
  health.failed = 0;
  health.halfSinceMs = nowMs;
  // A whole window without an ejection: the next rest is a short one again.
  if (health.ejectedUntilMs === 0 && nowMs - health.freshSinceMs >= windowMs) health.ejections = 0;
}
