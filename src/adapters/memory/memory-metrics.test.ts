import { expect, it } from 'vitest';
import { trouble } from '../../core/metrics/metric-answer.ts';
import { metricsContract } from '../../ports/metrics.contract.ts';
import { openMemoryMetrics } from './memory-metrics.ts';

metricsContract('the in-memory source', async () => {
  const metrics = openMemoryMetrics();
  let nowMs = 1_700_000_000_000;
  const history = new Map<string, { fromMs: number; values: readonly number[] }[]>();
  return {
    metrics,
    async show(name, values) {
      nowMs += 1_000;
      const shown = history.get(name) ?? [];
      shown.push({ fromMs: nowMs, values });
      history.set(name, shown);
      metrics.set(name, (atMs) => shown.findLast(({ fromMs }) => fromMs <= atMs)?.values ?? []);
    },
    async wait(ms) {
      nowMs += ms;
    },
    nowMs: () => nowMs,
    async close() {},
  };
});

const question = { source: 'prometheus', query: 'up', range: null, atMs: 0 } as const;

it('is down until it is back', async () => {
  const metrics = openMemoryMetrics();
  metrics.set('up', 1);
  metrics.fail(trouble('unreachable'));
  expect(await metrics.ask(question, new AbortController().signal)).toEqual(trouble('unreachable'));
  metrics.fail(null);
  expect(await metrics.ask(question, new AbortController().signal)).toEqual({ kind: 'value', value: 1 });
});

it('hangs until the asker gives up', async () => {
  const metrics = openMemoryMetrics();
  metrics.set('up', 1);
  metrics.hang(true);
  const controller = new AbortController();
  const answer = metrics.ask(question, controller.signal);
  controller.abort();
  expect(await answer).toMatchObject({ problem: 'timeout' });
});
