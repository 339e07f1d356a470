import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eProgress, eValue } from './e-value.ts';
import { latency } from './latency.ts';
import { points } from './points.ts';

test.each([
  [0.021, '+2.1 points'],
  [-0.02, '-2 points'],
  [0, '0 points'],
  [0.0004, '+0.04 points'],
])('a difference of %d is %s', (share, text) => expect(points(share)).toBe(text));

test.each([
  [0, '1'],
  [Math.log(0.5), '0.5'],
  [-20, '< 0.01'],
  [Math.log(12_000), '12,000'],
  [Math.log(4.5e9), '4.5 × 10⁹'],
  [Math.log(9.99e11), '1 × 10¹²'],
  [2000, '3.9 × 10⁸⁶⁸'],
])('the e-value of logarithm %d is %s', (logE, text) => expect(eValue(logE)).toBe(text));

test('progress toward a threshold stays between nothing and all, whatever the evidence says', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, min: -1e3, max: 1e3 }), (logE) => {
      const progress = eProgress(logE, Math.log(1000));
      expect(progress).toBeGreaterThanOrEqual(0);
      expect(progress).toBeLessThanOrEqual(1);
      expect(progress === 1).toBe(logE >= Math.log(1000));
    }),
  );
});

test.each([
  [0.84, '0.8 ms'],
  [42.3, '42 ms'],
  [1_300, '1.3 s'],
])('a latency of %d ms is %s', (ms, text) => expect(latency(ms)).toBe(text));
