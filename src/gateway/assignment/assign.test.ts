import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign, placeOfKey } from './assign.ts';
import { draw } from './draw.ts';

describe('assignment', () => {
  it('never moves a key back while the share only grows', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (salt, key, a, b) => {
          const place = placeOfKey(salt, key);
          const [less, more] = a < b ? [a, b] : [b, a];
          expect(place).toBe(placeOfKey(salt, key));
          if (assign(place, less) === 'candidate') expect(assign(place, more)).toBe('candidate');
          expect(assign(place, 0)).toBe('stable');
          expect(assign(place, 1)).toBe('candidate');
        },
      ),
    );
  });

  it('gives the candidate its share of the keys, other keys under another salt', () => {
    const keys = Array.from({ length: 20_000 }, (_, n) => `user-${n}`);
    const taken = (salt: string, share: number) =>
      keys.filter((key) => assign(placeOfKey(salt, key), share) === 'candidate');
    for (const share of [0.01, 0.1, 0.5]) {
      const deviation = Math.sqrt(20_000 * share * (1 - share));
      expect(Math.abs(taken('a', share).length - 20_000 * share)).toBeLessThan(5 * deviation);
    }
    const [a, b] = [new Set(taken('a', 0.1)), taken('b', 0.1)];
    const both = b.filter((key) => a.has(key)).length;
    expect(Math.abs(both - 200)).toBeLessThan(5 * Math.sqrt(200));
  });

  it('draws evenly', () => {
    const buckets = new Array<number>(20).fill(0);
    for (let n = 0; n < 100_000; n += 1) buckets[Math.floor(draw() * 20)]! += 1;
    const chiSquare = buckets.reduce((sum, count) => sum + (count - 5_000) ** 2 / 5_000, 0);
    // 19 degrees of freedom: exceeded once in a million runs.
    expect(chiSquare).toBeLessThan(63);
  });
});
