import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { charge, fullBucket, giveBack, msUntil, takeUpTo } from './token-bucket.ts';

const rate = { perSecond: 3, burst: 5 };

describe('a token bucket', () => {
  it('gives its burst at once and then as fast as it fills', () => {
    const bucket = fullBucket(rate, 0);
    expect(takeUpTo(bucket, rate, 9, 0)).toBe(5);
    expect(takeUpTo(bucket, rate, 1, 333)).toBe(0);
    expect(msUntil(bucket, rate, 1, 333)).toBeCloseTo(1 / 3, 6);
    expect(takeUpTo(bucket, rate, 1, 1000 / 3)).toBe(1);
  });

  it('never holds more than its burst, whatever is given back', () => {
    const bucket = fullBucket(rate, 0);
    giveBack(bucket, rate, 100, 10);
    expect(takeUpTo(bucket, rate, 100, 1_000_000)).toBe(5);
  });

  it('owes what was charged beyond its level before it gives again', () => {
    const bucket = fullBucket(rate, 0);
    charge(bucket, rate, 11, 0);
    expect(takeUpTo(bucket, rate, 1, 2_000)).toBe(0);
    expect(msUntil(bucket, rate, 1, 2_000)).toBeCloseTo(1_000 / 3, 6);
    expect(takeUpTo(bucket, rate, 1, 2_334)).toBe(1);
  });

  it('says so when it can never hold so much', () => {
    expect(msUntil(fullBucket(rate, 0), rate, 6, 0)).toBe(Number.POSITIVE_INFINITY);
  });

  it('takes a lowered rate at once, and a clock that goes back for one that stands', () => {
    const bucket = fullBucket(rate, 1_000);
    expect(takeUpTo(bucket, { perSecond: 3, burst: 2 }, 9, 0)).toBe(2);
    expect(takeUpTo(bucket, rate, 9, 500)).toBe(0);
    expect(takeUpTo(bucket, rate, 9, 2_000)).toBe(3);
  });

  it('gives in any stretch of time at most its burst and what filled meanwhile', () => {
    const steps = fc.array(fc.record({ afterMs: fc.nat(700), wanted: fc.nat(9), used: fc.nat(9) }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (list) => {
        const bucket = fullBucket(rate, 0);
        const given: { atMs: number; count: number }[] = [];
        let nowMs = 0;
        for (const { afterMs, wanted, used } of list) {
          nowMs += afterMs;
          const count = takeUpTo(bucket, rate, wanted, nowMs);
          const unused = Math.max(0, count - used);
          giveBack(bucket, rate, unused, nowMs);
          given.push({ atMs: nowMs, count: count - unused });
        }
        given.forEach((first, from) => {
          let sum = 0;
          for (const { atMs, count } of given.slice(from)) {
            sum += count;
            const most = rate.burst + ((atMs - first.atMs) / 1000) * rate.perSecond;
            if (sum > most + 1e-6) throw new Error(`${sum} after ${atMs - first.atMs} ms`);
          }
        });
      }),
    );
  });
});
