import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CEILING_REQUESTS_AT_LEAST,
  CEILING_WINDOW_MS,
  ceilingOf,
  openShareCeiling,
} from './share-ceiling.ts';

describe('the ceiling on the actual share', () => {
  it('is never passed by a request to the candidate, over any window that has enough requests', () => {
    const heavy = fc.record({
      share: fc.constantFrom(0.005, 0.01, 0.05, 0.25, 0.45),
      // Part of the requests that heavy keys would send to the candidate.
      wantedShare: fc.double({ min: 0, max: 1, noNaN: true }),
      gaps: fc.array(fc.nat(60), { minLength: 500, maxLength: 3_000 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(heavy, ({ share, wantedShare, gaps, seed }) => {
        const ceiling = openShareCeiling();
        const sent: { atMs: number; isCandidate: boolean }[] = [];
        let nowMs = 0;
        let state = seed;
        let first = 0;
        for (const gapMs of gaps) {
          nowMs += gapMs;
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
          const isDrawn = state / 2 ** 32 < wantedShare;
          const binds = ceiling.binds('r', share, nowMs);
          const isCandidate = isDrawn && !binds;
          ceiling.count('r', isCandidate);
          sent.push({ atMs: nowMs, isCandidate });
          // Slices leave together, so what is counted spans 9.5 to 10 seconds.
          while (Math.floor(sent[first]!.atMs / 500) <= Math.floor(nowMs / 500) - CEILING_WINDOW_MS / 500)
            first += 1;
          const recent = sent.slice(first);
          if (!isCandidate || recent.length <= CEILING_REQUESTS_AT_LEAST) continue;
          const part = recent.filter((one) => one.isCandidate).length / recent.length;
          expect(part).toBeLessThanOrEqual(ceilingOf(share));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('does not bind below its two hundred requests, and lets go when the window has passed', () => {
    const ceiling = openShareCeiling();
    for (let n = 0; n < CEILING_REQUESTS_AT_LEAST; n += 1) {
      expect(ceiling.binds('r', 0.05, 0)).toBe(false);
      ceiling.count('r', true);
    }
    expect(ceiling.binds('r', 0.05, 1)).toBe(true);
    expect(ceiling.binds('other', 0.05, 1)).toBe(false);
    expect(ceiling.binds('r', 0.05, CEILING_WINDOW_MS - 1)).toBe(true);
    expect(ceiling.binds('r', 0.05, CEILING_WINDOW_MS)).toBe(false);
  });

  it('starts anew when the share changes, and says nothing about shares of a half and more', () => {
    const ceiling = openShareCeiling();
    for (let n = 0; n < 400; n += 1) {
      expect(ceiling.binds('r', 0.5, 0)).toBe(false);
      ceiling.count('r', true);
    }
    expect(ceiling.binds('r', 0.05, 0)).toBe(false);
  });

  it('leaves a candidate alone that keeps to its share', () => {
    const ceiling = openShareCeiling();
    for (let n = 0; n < 5_000; n += 1) {
      expect(ceiling.binds('r', 0.1, n)).toBe(false);
      ceiling.count('r', n % 10 === 0);
    }
  });
});
