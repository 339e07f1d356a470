import { describe, expect, it } from 'vitest';
import { compareInWorld } from './compare-in-world.ts';
import { contestants } from './contestants.ts';
import { waldLimit } from './wald.ts';
import { worlds } from './worlds.ts';

describe('a comparison', () => {
  const world = worlds.find(({ id }) => id === 'worse-20')!;
  const few = contestants.filter(({ id }) => id === 'tidegate' || id === 'flagger');

  it('gives the same figures each time, and rolls back what fails every fifth request', () => {
    const first = compareInWorld(world, few, 0.05);
    expect(compareInWorld(world, few, 0.05)).toEqual(first);
    for (const { rolledBack, runs } of Object.values(first.outcomes)) expect(rolledBack.runs).toBe(runs);
    expect(first.limits).toEqual([
      { alpha: 0.05, requests: Math.round(waldLimit(0.01, 0.2, 0.05)) },
      { alpha: 0.001, requests: Math.round(waldLimit(0.01, 0.2, 0.001)) },
    ]);
  });

  it('has at least twelve worlds under different names', () => {
    expect(new Set(worlds.map(({ id }) => id)).size).toBe(worlds.length);
    expect(worlds.length).toBeGreaterThanOrEqual(12);
  });
});

describe('Wald’s limit', () => {
  it('is log(1/alpha) over the divergence of the two shares', () => {
    // 0.1 log(10) + 0.9 log(0.9/0.99) = 0.144479 nats
    expect(waldLimit(0.01, 0.1, 0.001)).toBeCloseTo(6.907755 / 0.144479, 2);
  });
});
