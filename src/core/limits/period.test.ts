import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTimeZone, periodAt } from './period.ts';

const at = (text: string): number => Date.parse(text);

describe('the period of a budget', () => {
  it.each([
    ['UTC', 'day', '2026-11-21T23:59:59.999Z', '2026-11-21', '2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z'],
    ['UTC', 'month', '2028-02-29T12:00:00Z', '2028-02', '2028-02-01T00:00:00Z', '2028-03-01T00:00:00Z'],
    [
      'Europe/Berlin',
      'month',
      '2026-10-31T23:30:00Z',
      '2026-11',
      '2026-10-31T23:00:00Z',
      '2026-11-30T23:00:00Z',
    ],
    // Clocks go back: a day of 25 hours, and forward: one of 23.
    [
      'Europe/Berlin',
      'day',
      '2026-10-25T12:00:00Z',
      '2026-10-25',
      '2026-10-24T22:00:00Z',
      '2026-10-25T23:00:00Z',
    ],
    [
      'Europe/Berlin',
      'day',
      '2026-03-29T12:00:00Z',
      '2026-03-29',
      '2026-03-28T23:00:00Z',
      '2026-03-29T22:00:00Z',
    ],
    // There the day begins at one o'clock when clocks go forward.
    [
      'Africa/Cairo',
      'day',
      '2026-04-24T12:00:00Z',
      '2026-04-24',
      '2026-04-23T22:00:00Z',
      '2026-04-24T21:00:00Z',
    ],
    [
      'Asia/Kolkata',
      'day',
      '2026-11-21T18:30:00Z',
      '2026-11-22',
      '2026-11-21T18:30:00Z',
      '2026-11-22T18:30:00Z',
    ],
    [
      'America/New_York',
      'day',
      '2026-11-21T04:59:59Z',
      '2026-11-20',
      '2026-11-20T05:00:00Z',
      '2026-11-21T05:00:00Z',
    ],
  ] as const)('%s, %s of %s', (zone, per, moment, name, from, to) => {
    expect(periodAt({ zone, per }, at(moment))).toEqual({ name, startsAtMs: at(from), endsAtMs: at(to) });
  });

  it('holds its moment, and the next one begins where it ends', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          'UTC',
          'Europe/Berlin',
          'America/Sao_Paulo',
          'Pacific/Apia',
          'Australia/Lord_Howe',
          'Asia/Kathmandu',
        ),
        fc.constantFrom('day', 'month'),
        fc.integer({ min: at('2020-01-01T00:00:00Z'), max: at('2035-01-01T00:00:00Z') }),
        (zone, per, ms) => {
          const period = periodAt({ zone, per }, ms);
          expect(period.startsAtMs <= ms && ms < period.endsAtMs).toBe(true);
          const next = periodAt({ zone, per }, period.endsAtMs);
          expect(next.startsAtMs).toBe(period.endsAtMs);
          expect(next.name > period.name).toBe(true);
          expect(periodAt({ zone, per }, period.startsAtMs)).toEqual(period);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('knows what is a time zone', () => {
    expect(['UTC', 'Europe/Berlin', 'Berlin', '', 'Mars/Olympus'].map(isTimeZone)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
