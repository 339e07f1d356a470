import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rangeGrid } from './range-grid.ts';
import { reduceSeries } from './reduce-series.ts';

const range = { windowMs: 60_000, reduce: 'mean' } as const;
const at = (...values: number[]) =>
  values.map((value, index) => ({ atMs: 60_000 - (values.length - 1 - index) * 1_000, value }));

it('gives the mean, the newest or the greatest point', () => {
  const series = [at(1, 2, 6, 3)];
  expect(reduceSeries(series, range, 60_000)).toEqual({ kind: 'value', value: 3 });
  expect(reduceSeries(series, { ...range, reduce: 'last' }, 60_000)).toEqual({ kind: 'value', value: 3 });
  expect(reduceSeries(series, { ...range, reduce: 'max' }, 60_000)).toEqual({ kind: 'value', value: 6 });
});

it('is nothing where one point is not a number, or the newest is missing', () => {
  expect(reduceSeries([at(1, Number.NaN, 2)], range, 60_000)).toMatchObject({ problem: 'not-a-number' });
  expect(reduceSeries([at(1, Number.NEGATIVE_INFINITY, 2)], range, 60_000)).toMatchObject({
    problem: 'infinite',
  });
  expect(reduceSeries([at(1, 2)], range, 61_000)).toMatchObject({ problem: 'stale' });
  expect(reduceSeries([[]], range, 60_000)).toMatchObject({ problem: 'no-series' });
});

it('of any numbers the mean is a number between the least and the greatest', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 61 }),
      (values) => {
        const answer = reduceSeries([at(...values)], range, 60_000);
        expect(answer.kind).toBe('value');
        if (answer.kind !== 'value') return;
        const slack = 1e-9 * Math.max(...values.map(Math.abs));
        expect(answer.value).toBeGreaterThanOrEqual(Math.min(...values) - slack);
        expect(answer.value).toBeLessThanOrEqual(Math.max(...values) + slack);
      },
    ),
    { numRuns: 1_000 },
  );
});

it('a window is asked for in at most 61 moments that end now', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 86_400_000 }),
      fc.integer({ min: 1e12, max: 2e12 }),
      (windowMs, endMs) => {
        const { startMs, stepMs } = rangeGrid({ windowMs, reduce: 'last' }, endMs);
        expect((endMs - startMs) % stepMs).toBe(0);
        expect((endMs - startMs) / stepMs).toBeLessThanOrEqual(60);
        expect(endMs - startMs).toBeLessThanOrEqual(windowMs);
      },
    ),
  );
});
