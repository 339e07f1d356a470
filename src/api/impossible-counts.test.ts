import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RolloutCohort } from '../core/routing/link.ts';
import { openTestApi, type TestApi } from './testing/open-test-api.ts';
import { serveTraffic } from './testing/serve-traffic.ts';
import { serveDemo, shipDemo, until } from './testing/ship-demo.ts';

const lane = { service: 'demo', environment: 'production' };

let api: TestApi;
let rollout: string;
beforeEach(async () => {
  api = await openTestApi();
  api.gateways.connect('production', 'boot-odd');
  await serveDemo(api, '1.0.0', 'production');
  await shipDemo(api, '1.1.0', 'production');
  const view = await until(api, 'production', ({ rollout: now }) => now?.stage === 1);
  rollout = view.rollout!.order.rollout;
});
afterEach(() => api.close());

const cohort = (
  counts: { started: number; bad: number; good: number },
  more: object = {},
): RolloutCohort => ({
  service: 'demo',
  rollout,
  source: 'boot-odd',
  index: 0,
  stage: 1,
  candidateShare: 0.05,
  startedAtMs: Date.now(),
  closed: true,
  settled: true,
  guards: { errors: { stable: counts, candidate: counts } },
  ...more,
});
const errors = () => api.engine.lane(lane).rollout?.readings.find(({ guard }) => guard === 'errors');

it.each([
  ['a count below zero', { started: 100, bad: -5, good: 100 }, {}],
  ['more outcomes than requests', { started: 1, bad: 1, good: 1 }, {}],
  ['NaN', { started: Number.NaN, bad: 0, good: 0 }, {}],
  ['infinitely many', { started: Number.POSITIVE_INFINITY, bad: 0, good: Number.POSITIVE_INFINITY }, {}],
  ['a share that is none', { started: 1, bad: 0, good: 1 }, { candidateShare: 1.5 }],
])(
  '%s from one gateway is not counted, is told to the operator, and silences nobody',
  async (_what, counts, more) => {
    const odd = cohort(counts, more);
    api.gateways.deliverFrame('boot-odd', {
      type: 'frame',
      seq: 1,
      atMs: Date.now(),
      cohorts: [odd],
      traffic: [],
    });
    expect(api.failures.splice(0)).toEqual([expect.any(RangeError)]);
    expect(errors()).toMatchObject({ advance: { passed: false, waitingFor: 'no-candidate-requests' } });
    serveTraffic(api, 'boot-production', 1, { requests: 200, index: 0 });
    expect(errors()?.stage).toMatchObject({ stable: { started: 190 }, candidate: { started: 10 } });
  },
);

it('counts of a guard that nobody has asked for change nothing', async () => {
  const counts = { started: 100, bad: 100, good: 0 };
  const odd = cohort(counts, { guards: { luck: { stable: counts, candidate: counts } } });
  api.gateways.deliverFrame('boot-odd', {
    type: 'frame',
    seq: 1,
    atMs: Date.now(),
    cohorts: [odd],
    traffic: [],
  });
  const { verdict, readings } = api.engine.lane(lane).rollout!;
  expect(verdict.kind).toBe('hold');
  expect(readings.map(({ guard }) => guard)).not.toContain('luck');
  expect(readings.every(({ rollback, advance }) => !rollback.crossed && !advance.passed)).toBe(true);
});
