import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SeriesFamily } from '../core/telemetry/series-family.ts';
import { mergeSeries } from './merge-series.ts';
import { renderSeries } from './render-series.ts';

const counter: SeriesFamily = {
  name: 'a',
  kind: 'counter',
  help: 'Back\\slash and\nline.',
  series: [{ labels: { of: 'quote " back \\ line \n end' }, value: 2 }],
};
const histogram: SeriesFamily = {
  name: 'h_seconds',
  kind: 'histogram',
  help: 'Times.',
  bounds: [0.5, 1],
  series: [{ labels: { of: 'all' }, value: 7.5, counts: [1, 2, 3] }],
};

describe('series as text', () => {
  it('escapes what would end a value or a line', () => {
    expect(renderSeries([counter], 'prometheus')).toBe(
      '# HELP a_total Back\\\\slash and\\nline.\n# TYPE a_total counter\na_total{of="quote \\" back \\\\ line \\n end"} 2\n',
    );
  });

  it('announces a counter of OpenMetrics without its ending, and says where the text ends', () => {
    const text = renderSeries([{ ...counter, series: [{ labels: {}, value: 1 }] }], 'openmetrics');
    expect(text).toContain('# TYPE a counter\na_total 1\n');
    expect(text.endsWith('# EOF\n')).toBe(true);
  });

  it('adds the buckets of a histogram up', () => {
    expect(renderSeries([histogram], 'prometheus').split('\n').slice(2)).toEqual([
      'h_seconds_bucket{of="all",le="0.5"} 1',
      'h_seconds_bucket{of="all",le="1.0"} 3',
      'h_seconds_bucket{of="all",le="+Inf"} 6',
      'h_seconds_sum{of="all"} 7.5',
      'h_seconds_count{of="all"} 6',
      '',
    ]);
  });

  it('gives a series the same name and labels in both formats', () => {
    const lines = (format: 'prometheus' | 'openmetrics') =>
      renderSeries([counter, histogram], format)
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines('openmetrics')).toEqual(lines('prometheus'));
  });

  it('keeps one line a line whatever a label holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const text = renderSeries(
          [{ ...counter, series: [{ labels: { of: value }, value: 1 }] }],
          'prometheus',
        );
        expect(text.split('\n')).toHaveLength(4);
        expect(text.split('\n')[2]).toMatch(/^a_total\{of="(?:[^"\\\r]|\\["\\n])*"\} 1$/u);
      }),
    );
  });
});

describe('series of several processes', () => {
  const from = (gateway: string, families: readonly SeriesFamily[]) => ({ labels: { gateway }, families });

  it('stand under one name, each with the labels of its process', () => {
    const { families, leftOut } = mergeSeries([from('b', [counter]), from('c', [histogram, counter])], 100);
    expect(leftOut).toBe(0);
    expect(families.map(({ name, series }) => [name, series.map(({ labels }) => labels.gateway)])).toEqual([
      ['a', ['b', 'c']],
      ['h_seconds', ['c']],
    ]);
  });

  it('cannot name another process as their own', () => {
    const forged = { ...counter, series: [{ labels: { gateway: 'b' }, value: 1 }] };
    const { families } = mergeSeries([from('c', [forged])], 100);
    expect(families[0]!.series[0]!.labels).toEqual({ gateway: 'c' });
  });

  it('are left out, and counted, beyond a number of lines or when they fit no family of their name', () => {
    const many = { ...counter, series: Array.from({ length: 10 }, () => ({ labels: {}, value: 1 })) };
    expect(mergeSeries([from('b', [many])], 4).leftOut).toBe(6);
    const other: SeriesFamily = { ...histogram, bounds: [1, 2] };
    const merged = mergeSeries([from('b', [histogram]), from('c', [other])], 100);
    expect(merged.leftOut).toBe(5);
    expect(merged.families[0]!.series).toHaveLength(1);
  });
});
