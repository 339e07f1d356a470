import { expect, it } from 'vitest';
import type { TrafficCounts } from '../core/routing/link.ts';
import { addUpTraffic } from './add-up-traffic.ts';
import { leftOutOf } from './left-out.ts';

const row = (
  release: string,
  track: TrafficCounts['track'],
  more: Partial<TrafficCounts>,
): TrafficCounts => ({
  service: 'demo',
  release,
  releaseVersion: '1.0.0',
  track,
  answered: 0,
  failed: 0,
  rescued: 0,
  clientErrors: 0,
  feedbackGood: 0,
  feedbackBad: 0,
  mirrorDropped: 0,
  latency: { count: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0 },
  lastAssignedAtMs: 0,
  ...more,
});

it('adds up both tracks of all processes, and no other release', () => {
  const traffic = addUpTraffic([
    row('b', 'candidate', { overflowed: 5, unfollowed: 1 }),
    row('b', 'candidate', { overflowed: 2, leftOut: 3 }),
    row('a', 'stable', { atCeiling: 11, unfollowedKeys: 4 }),
    row('a', 'stable', { atCeiling: 1 }),
    row('a', 'candidate', { leftOut: 100 }),
    row('b', 'stable', { leftOut: 100 }),
    row('c', 'stable', { leftOut: 100 }),
  ]);
  const expected = { failingKeys: 3, atCeiling: 12, overflowed: 7, unfollowed: 1, unfollowedKeys: 4 };
  expect(leftOutOf(traffic, 'b', 'a')).toEqual(expected);
  expect(leftOutOf(traffic, 'b', null)).toEqual({ ...expected, atCeiling: 0, unfollowedKeys: 0 });
  const sampled = addUpTraffic([row('b', 'candidate', { unsampled: 5 }), row('b', 'candidate', {})]);
  expect(leftOutOf(sampled, 'b', null).unsampled).toBe(5);
});
