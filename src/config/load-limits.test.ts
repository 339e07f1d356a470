import { describe, expect, it } from 'vitest';
import { readLimits } from './load-limits.ts';

const read = (text: string) => readLimits(text, 'limits.yaml');
const problems = (text: string) => read(text).problems.map(({ line, message }) => `${line}: ${message}`);

describe('a limits file', () => {
  it('limits nothing that it does not name', () => {
    expect(read('').limits).toEqual({
      total: { rates: {}, inFlight: null },
      services: {},
      keys: { rates: {}, inFlight: null },
      tiers: [],
      queue: { waiting: 64, waitMs: 2_000 },
    });
  });

  it('comes out in requests a second, with a burst of a tenth unless one is given', () => {
    const { limits } = read(`
total: { requests: 2000/s, inFlight: 500 }
services:
  spam-filter: { requests: { rate: 600/m, burst: 3 } }
keys: { requests: 5/m, tokens: 2.4/d }
tiers:
  - { name: gold, keys: [app, other], requests: 1200/m }
queue: { waiting: 0, for: 250ms }
`);
    expect(limits).toEqual({
      total: { rates: { requests: { perSecond: 2_000, burst: 200 } }, inFlight: 500 },
      services: { 'spam-filter': { rates: { requests: { perSecond: 10, burst: 3 } }, inFlight: null } },
      keys: {
        rates: {
          requests: { perSecond: 5 / 60, burst: 1 },
          tokens: { perSecond: 2.4 / 86_400, burst: 1 },
        },
        inFlight: null,
      },
      tiers: [
        {
          name: 'gold',
          keys: ['app', 'other'],
          limit: { rates: { requests: { perSecond: 20, burst: 120 } }, inFlight: null },
        },
      ],
      queue: { waiting: 0, waitMs: 250 },
    });
  });

  it.each([
    ['total: { requests: 600 }', /1: .*a rate needs its time, got 600/],
    ['total: { requests: 10 per minute }', /is not a rate/],
    ['total: { requests: 0/s }', /lets nothing in/],
    ['total: { inflight: 3 }', /inflight/],
    ['total: { inFlight: 0 }', /out of range/],
    ['services: { Spam Filter: { requests: 1/s } }', /Spam Filter/],
    ['tiers: [{ name: a, keys: [k] }, { name: a, keys: [k] }]', /another tier named a/],
    ['tiers: [{ name: a, keys: [k] }, { name: b, keys: [k] }]', /k is in the tier a already/],
    ['queue: { for: 2h }', /too long/],
    ['[1]', /./],
  ])('says what is wrong with %s', (text, message) => {
    expect(problems(text).join('\n')).toMatch(message);
    expect(read(text).limits).toBeNull();
  });
});
