import type { Rate } from './limits.ts';

/**
 * A token bucket: `level` tokens at `atMs`, filling by `rate.perSecond` up to `rate.burst`. Times are of any clock that never
 * goes back; a time before the last one counts as the last one. The level may be below zero: what was used is known only
 * afterwards, and is paid back before anything more is given.
 */
export interface TokenBucket {
  level: number;
  atMs: number;
}

export const fullBucket = ({ burst }: Rate, nowMs: number): TokenBucket => ({ level: burst, atMs: nowMs });

/** Takes up to `wanted` whole tokens and says how many. */
export function takeUpTo(bucket: TokenBucket, rate: Rate, wanted: number, nowMs: number): number {
  refill(bucket, rate, nowMs);
  const given = Math.max(0, Math.min(wanted, Math.floor(bucket.level + EPSILON)));
  bucket.level -= given;
  return given;
}

/** Gives back what was not used. */
export function giveBack(bucket: TokenBucket, rate: Rate, unused: number, nowMs: number): void {
  refill(bucket, rate, nowMs);
  bucket.level = Math.min(rate.burst, bucket.level + unused);
}

/** Books what was used, as much as it was. */
export function charge(bucket: TokenBucket, rate: Rate, used: number, nowMs: number): void {
  refill(bucket, rate, nowMs);
  bucket.level -= used;
}

/** Until the level is at least `wanted`; infinite when the bucket never holds so much. */
export function msUntil(bucket: TokenBucket, rate: Rate, wanted: number, nowMs: number): number {
  refill(bucket, rate, nowMs);
  const missing = wanted - bucket.level;
  if (missing <= EPSILON) return 0;
  return wanted > rate.burst ? Number.POSITIVE_INFINITY : (missing / rate.perSecond) * 1000;
}

/** A third of a second at three a second gives one token, not 0.9999. */
const EPSILON = 1e-9;

function refill(bucket: TokenBucket, rate: Rate, nowMs: number): void {
  if (nowMs > bucket.atMs) {
    bucket.level += ((nowMs - bucket.atMs) / 1000) * rate.perSecond;
    bucket.atMs = nowMs;
  }
  // Also when the rate was lowered meanwhile.
  if (bucket.level > rate.burst) bucket.level = rate.burst;
}
