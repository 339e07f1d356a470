import { describe, expect, it } from 'vitest';
import { newBoot, openInvocationIds } from '../invocation-id.ts';
import { isSampled } from './sampled.ts';

describe('a sample of the answers', () => {
  const ids = openInvocationIds(newBoot('production'));
  it('is as large as it should be, whatever the track', () => {
    for (const slot of [0, 1]) {
      const n = 20_000;
      const sampled = Array.from({ length: n }, (_, at) => ids.next(1_000 + at, slot)).filter((id) =>
        isSampled('checks', id, 0.1),
      );
      // Six standard deviations.
      expect(Math.abs(sampled.length / n - 0.1)).toBeLessThan(6 * Math.sqrt((0.1 * 0.9) / n));
    }
  });
  it('does not depend on the part of the id that names the release', () => {
    const id = ids.next(5, 0);
    const other = id.slice(0, 24) + ids.next(5, 9).slice(24);
    for (let share = 0.05; share < 1; share += 0.05)
      expect(isSampled('checks', other, share)).toBe(isSampled('checks', id, share));
  });
  it('of a purpose says nothing about that of another', () => {
    const all = Array.from({ length: 10_000 }, (_, at) => ids.next(9_000 + at, 0));
    const both = all.filter((id) => isSampled('checks', id, 0.5) && isSampled('judge', id, 0.5));
    expect(Math.abs(both.length / all.length - 0.25)).toBeLessThan(0.03);
  });
  it('of everything leaves nothing out', () => {
    expect(isSampled('judge', ids.next(1, 1), 1)).toBe(true);
  });
});
