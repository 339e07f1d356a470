import { expect, it } from 'vitest';
import type { RolloutView } from '../../client/client.ts';
import { canaryLane, nowMs } from '../../client/testing/canary-lane.ts';
import { palette } from './palette.ts';
import { renderLane } from './render-lane.ts';
import { renderMetrics } from './render-metrics.ts';

type Reading = RolloutView['metrics'][number];

const plain = { palette: palette(false), nowMs, columns: 100 };
const reading = (metric: string, more: Partial<Reading>): Reading => ({
  metric,
  rule: 'threshold',
  min: null,
  max: 0.05,
  needed: 3,
  polls: [],
  bad: 0,
  good: 0,
  broken: false,
  passed: false,
  ...more,
});
const value = { kind: 'value', value: 0.2, atMs: 0, stage: 1 } as const;
const metrics = [
  reading('refunds', { polls: [value], bad: 1 }),
  reading('orders', { min: 10, max: null }),
  reading('queue', { polls: [{ ...value, kind: 'problem', problem: 'many-series', detail: null }] }),
  reading('latency', { polls: [{ ...value, value: 0.01 }], good: 3, passed: true }),
];

it('shows the newest value of each metric, its bound and its row', () => {
  expect(renderMetrics(canaryLane({ metrics }).rollout!, plain)).toEqual([
    'metric           now                      allowed         polls (rule: threshold)',
    'refunds          0.2                      at most 0.05    1 of 3 polls toward rollback',
    'orders           not asked yet            at least 10     0 of 3 polls toward moving on',
    'queue            no value: many-series    at most 0.05    0 of 3 polls toward moving on',
    'latency          0.01                     at most 0.05    ✔ passed',
  ]);
});

it('stands below the guards of a stage, and is not there without metrics', () => {
  const lines = renderLane(canaryLane({ metrics }), plain).split('\n');
  const guard = lines.findIndex((line) => line.includes('errors    12/4,102'));
  expect(lines[guard + 1]).toContain('metric  ');
  expect(renderLane(canaryLane(), plain)).not.toContain('threshold');
});

it('says below the tracks how many requests no guard learned from', () => {
  const leftOut = { failingKeys: 0, atCeiling: 30, overflowed: 12, unfollowed: 0, unfollowedKeys: 0 };
  const text = renderLane(canaryLane({ leftOut }), plain).replace(/\s*\n│?\s*/g, ' ');
  expect(text).toContain(
    'Not followed, and counted neither as good nor as bad: 30 requests while sticky users',
  );
  expect(text).toContain('(12 of them drawn for it and answered by stable).');
  expect(renderLane(canaryLane(), plain)).not.toContain('Not followed');
});
