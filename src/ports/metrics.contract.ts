import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MetricRange } from '../core/metrics/metric-plan.ts';
import type { Metrics } from './metrics.ts';

/** A source under test, and how to make it know something. */
export interface OpenedMetrics {
  readonly metrics: Metrics;
  /** Makes these the present values of the series with this name; resolves once the source knows. None: there are no such series. */
  show(name: string, values: readonly number[]): Promise<void>;
  /** Lets time pass for the source. */
  wait(ms: number): Promise<void>;
  nowMs(): number;
  close(): Promise<void>;
}

/** What every source of metrics promises. */
export function metricsContract(name: string, open: () => Promise<OpenedMetrics>): void {
  describe(`${name} keeps the contract of a source of metrics`, () => {
    let opened: OpenedMetrics;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => await opened?.close());

    const ask = (query: string, range: MetricRange | null = null, signal = new AbortController().signal) =>
      opened.metrics.ask({ source: 'prometheus', query, range, atMs: opened.nowMs() }, signal);
    const over = (windowMs: number, reduce: MetricRange['reduce']): MetricRange => ({ windowMs, reduce });

    it('gives the one value of one series', async () => {
      await opened.show('one', [0.25]);
      expect(await ask('one')).toEqual({ kind: 'value', value: 0.25 });
      await opened.show('one', [-1e15]);
      expect(await ask('one')).toEqual({ kind: 'value', value: -1e15 });
    });

    it('reduces a range to its newest, greatest or mean value', async () => {
      await opened.show('ranged', [5]);
      await opened.wait(1_500);
      await opened.show('ranged', [1]);
      expect(await ask('ranged', over(30_000, 'last'))).toEqual({ kind: 'value', value: 1 });
      expect(await ask('ranged', over(30_000, 'max'))).toEqual({ kind: 'value', value: 5 });
      const mean = await ask('ranged', over(30_000, 'mean'));
      expect(mean).toEqual({ kind: 'value', value: expect.any(Number) });
      if (mean.kind === 'value') expect(mean.value).toBeGreaterThan(1);
      if (mean.kind === 'value') expect(mean.value).toBeLessThan(5);
    });

    it('has no value where there is no series', async () => {
      for (const range of [null, over(10_000, 'mean')])
        expect(await ask('nothing', range)).toMatchObject({ kind: 'problem', problem: 'no-series' });
    });

    it('does not choose among several series', async () => {
      await opened.show('many', [1, 1, 1]);
      for (const range of [null, over(10_000, 'mean')])
        expect(await ask('many', range)).toMatchObject({ problem: 'many-series', detail: '3 series' });
    });

    it('takes neither NaN nor an infinite value for a number', async () => {
      await opened.show('odd', [Number.NaN]);
      expect(await ask('odd')).toMatchObject({ problem: 'not-a-number' });
      for (const reduce of ['last', 'mean', 'max'] as const)
        expect(await ask('odd', over(10_000, reduce))).toMatchObject({ problem: 'not-a-number' });
      for (const value of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        await opened.show('endless', [value]);
        expect(await ask('endless')).toMatchObject({ problem: 'infinite' });
      }
    });

    it('says that a range is stale when its series has ended', async () => {
      await opened.show('ended', [1]);
      await opened.wait(1_500);
      await opened.show('ended', []);
      expect(await ask('ended')).toMatchObject({ problem: 'no-series' });
      for (const reduce of ['last', 'mean', 'max'] as const)
        expect(await ask('ended', over(30_000, reduce))).toMatchObject({ problem: 'stale' });
    });

    it('settles, without a value, when it is told to stop', async () => {
      await opened.show('one', [1]);
      expect(await ask('one', null, AbortSignal.abort())).toMatchObject({ kind: 'problem' });
    });
  });
}
