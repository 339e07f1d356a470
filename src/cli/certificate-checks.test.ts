import { describe, expect, it } from 'vitest';
import { certificateChecks } from './certificate-checks.ts';

const DAY_MS = 86_400_000;
const nowMs = Date.UTC(2026, 0, 1);
const one = (more: object = {}) => ({
  file: 'edge.pem',
  names: ['a.example.com', 'b.example.com'],
  notBeforeMs: nowMs - DAY_MS,
  notAfterMs: nowMs + 30.5 * DAY_MS,
  fingerprint: 'AA:BB',
  problem: null,
  ...more,
});
const check = (...shown: ReturnType<typeof one>[]) =>
  certificateChecks('production', shown, nowMs).map(({ state, detail }) => [state, detail]);

describe('what is said of a certificate', () => {
  it.each([
    [{}, 'good', 'a.example.com and 1 more, 30 days left, until 2026-01-31'],
    [
      { names: ['a.example.com'], notAfterMs: nowMs + 1.5 * DAY_MS },
      'warning',
      'a.example.com, one day left',
    ],
    [{ notAfterMs: nowMs + 13.9 * DAY_MS }, 'warning', '13 days left'],
    [{ notAfterMs: nowMs - 1 }, 'bad', 'expired on 2025-12-31'],
    [{ notBeforeMs: nowMs + DAY_MS }, 'bad', 'not valid before 2026-01-02'],
    [{ problem: 'There is no key file k.pem.' }, 'warning', '; There is no key file k.pem.'],
    [{ names: [] }, 'good', 'production: without a name, 30 days left'],
  ])('with %j', (more, state, words) => {
    const [[said, detail] = []] = check(one(more));
    expect(said).toBe(state);
    expect(detail).toContain(words);
  });

  it('is said once of processes that show the same, and of each that shows another', () => {
    expect(check(one(), one())).toHaveLength(1);
    expect(check(one(), one({ fingerprint: 'CC:DD' }))).toHaveLength(2);
  });
});
