import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isoTime } from './iso-time.ts';

it('writes a time as dates do, whatever was asked before', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4_102_444_800_000 }), { minLength: 1 }), (times) => {
      for (const ms of times) {
        expect(isoTime(ms)).toBe(new Date(ms).toISOString());
        expect(isoTime(ms + 7)).toBe(new Date(ms + 7).toISOString());
      }
    }),
  );
});
