import { expect, it } from 'vitest';
import { canary, plainPolicy, planFor } from './testing/lane.ts';
import { withGoodMetrics } from './with-good-metrics.ts';

const metric = {
  name: 'refunds',
  source: 'prometheus',
  query: 'x',
  range: null,
  min: null,
  max: 1,
  everyMs: 15_000,
  polls: 3,
} as const;

it('metrics that are always good only take the time of their polls, where they are waited for', () => {
  const plan = planFor({
    strategy: canary([0.5, 1]),
    policy: { ...plainPolicy, metrics: [metric, { ...metric, name: 'orders', polls: 5 }] },
  });
  const good = withGoodMetrics(plan);
  expect(good).not.toHaveProperty('metrics');
  expect(good.stages.map(({ name, minimumMs }) => [name, minimumMs])).toEqual([
    ['evaluate', 0],
    ['50 %', 75_000],
    ['hold', 75_000],
  ]);
  const plain = planFor();
  expect(withGoodMetrics(plain)).toEqual(plain);
});
