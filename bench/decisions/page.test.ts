import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chartOf } from './chart.ts';
import type { Comparison } from './comparison.ts';
import { contestants } from './contestants.ts';
import { fillPage } from './page.ts';
import { worlds } from './worlds.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const comparison = JSON.parse(read('../results/decisions.json')) as Comparison;

describe('the published comparison', () => {
  it('shows on its page and in its chart what the stored result says', () => {
    const page = read('../../docs/decisions.md');
    expect(fillPage(page, comparison)).toBe(page);
    expect(chartOf(comparison)).toBe(read('../results/decisions.svg'));
  });

  it('is a full run of the worlds and rules that are here', () => {
    expect(comparison.effort).toBe(1);
    expect(comparison.worlds.map(({ id, says }) => ({ id, says }))).toEqual(
      worlds.map(({ id, says }) => ({ id, says })),
    );
    expect(comparison.contestants).toEqual(
      contestants.map(({ id, name, parameters }) => ({ id, name, parameters })),
    );
  });

  it('refuses a table it does not know', () => {
    expect(() => fillPage('<!-- table wishes -->\n\n<!-- end -->', comparison)).toThrow('wishes');
  });
});
