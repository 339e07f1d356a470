import { describe, expect, it } from 'vitest';
import { chooseCases } from './choose-cases.ts';

const order = (size: number): number[] => [...Array(size).keys()];
const even = (size: number, bytes = 100): number[] => order(size).map(() => bytes);

describe('the cases in a page', () => {
  it('are all of them where they fit', () => {
    const chosen = chooseCases({ size: 50, bytes: even(50) }, order(50), even(50, 0), 5, 's', {
      cases: 50,
      bytes: 5000,
    });
    expect(chosen).toEqual({ rows: order(50), excerpt: null });
  });

  it('are the worst of every flag and a sample of the rest', () => {
    const size = 10_000;
    // 1,000 errors that rank first, then 20 cases that are worse, then nothing.
    const flags = order(size).map((row) => (row < 1000 ? 0b100 : row < 1020 ? 0b001 : 0));
    const limits = { cases: 100, bytes: 1e9 };
    const choose = (seed: string) =>
      chooseCases({ size, bytes: even(size) }, order(size), flags, 5, seed, limits);
    const { rows, excerpt } = choose('a');
    expect(rows).toHaveLength(100);
    expect(new Set(rows).size).toBe(100);
    expect(rows).toEqual([...rows].sort((a, b) => a - b));
    expect(rows.filter((row) => row >= 1000 && row < 1020)).toHaveLength(20);
    // 80 marked ones at least; a few more may be drawn.
    expect(rows.filter((row) => row < 1000).length).toBeGreaterThanOrEqual(60);
    expect(rows.filter((row) => row >= 1020).length).toBeGreaterThan(10);
    expect(excerpt).toContain('holds 100 of 10,000 cases: 80 that have a flag');
    expect(choose('a')).toEqual(choose('a'));
    expect(choose('b').rows).not.toEqual(rows);
  });

  it('stay within their bytes, and a huge one counts only what is shown of it', () => {
    const bytes = even(1000, 2_000_000);
    const { rows } = chooseCases({ size: 1000, bytes }, order(1000), even(1000, 1), 1, 's', {
      cases: 1000,
      bytes: 800_000,
    });
    expect(rows).toHaveLength(10);
  });
});
