import { expect, it } from 'vitest';
import type { TrafficCounts } from '../core/routing/link.ts';
import { callCostsOf } from './call-costs.ts';

const row = (release: string, track: TrafficCounts['track'], costed?: number, costNanos?: number) =>
  ({ release, track, ...(costed !== undefined && { costed, costNanos }) }) as TrafficCounts;

it('adds up what calls of candidate and baseline cost, over gateways, and of nothing else', () => {
  const traffic = [
    row('b', 'candidate', 2, 30),
    row('b', 'candidate', 1, 10),
    row('a', 'stable', 5, 50),
    row('a', 'candidate', 9, 900),
    row('b', 'shadow', 9, 900),
    row('c', 'stable', 9, 900),
  ];
  expect(callCostsOf(traffic, 'b', 'a')).toEqual({
    candidate: { calls: 3, costNanos: 40 },
    stable: { calls: 5, costNanos: 50 },
  });
  expect(callCostsOf(traffic, 'b', null)).toEqual({ candidate: { calls: 3, costNanos: 40 }, stable: null });
  // Of a gateway from before there were prices.
  expect(callCostsOf([row('b', 'candidate'), row('a', 'stable')], 'b', 'a')).toBeNull();
});
