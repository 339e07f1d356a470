import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatRoute, laneRoute, overview, parseRoute, type Route } from './route.ts';

const words = fc.string({ minLength: 1, unit: 'grapheme' });

const routes: fc.Arbitrary<Route> = fc.oneof(
  fc.record({ page: fc.constant('overview' as const), find: fc.string(), runningOnly: fc.boolean() }),
  fc.record({
    page: fc.constant('lane' as const),
    environment: words,
    service: words,
    opened: fc.option(fc.string()),
    allEvents: fc.boolean(),
  }),
);

describe('the address of a place in the page', () => {
  test('leads back to that place', () => {
    fc.assert(
      fc.property(routes, (route) => {
        expect(parseRoute(formatRoute(route))).toEqual(route);
      }),
    );
  });

  test('is read from anything without failing', () => {
    fc.assert(fc.property(fc.string(), (hash) => parseRoute(hash).page !== undefined));
    expect(parseRoute('#/lanes/%zz/spam').page).toBe('unknown');
    expect(parseRoute('#/lanes/production').page).toBe('unknown');
  });

  test('is short and readable', () => {
    expect(formatRoute(overview)).toBe('#/');
    expect(formatRoute(laneRoute('production', 'spam-filter'))).toBe('#/lanes/production/spam-filter');
    expect(parseRoute('')).toEqual(overview);
  });
});
