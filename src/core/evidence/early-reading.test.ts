import { describe, expect, it, vi } from 'vitest';
import { shareOfRuns } from './testing/share-of-runs.ts';
import { SLICE_MS, type SlowWorld, simulateSlowService } from './testing/simulate-slow-service.ts';

// Simulations: far below this on an idle machine.
vi.setConfig({ testTimeout: 180_000 });

const seconds = (n: number) => (n * 1000) / SLICE_MS;

/** Stable takes twenty seconds to answer well, and thirty to fail once in a hundred times. */
const world: SlowWorld = {
  stable: { badShare: 0.01, badAfter: seconds(30), goodAfter: seconds(20) },
  candidate: { badShare: 0.3, badAfter: 0, goodAfter: seconds(20) },
  candidateShare: 0.1,
  requestsPerSlice: 40,
  slices: seconds(120),
  alphaRollback: 0.001,
  tellsEarly: true,
};

const median = (runs: number, of: (seed: number) => number): number =>
  Array.from({ length: runs }, (_, i) => of(i + 1)).toSorted((a, b) => a - b)[runs >> 1]!;

const rolledBack = (runs: number, change: Partial<SlowWorld>) =>
  shareOfRuns(
    runs,
    (seed) => simulateSlowService({ ...world, ...change, heedsPull: false }, seed).ending === 'rolled-back',
  );

describe('a slow service whose candidate fails at once', () => {
  const slices = (change: Partial<SlowWorld>) =>
    median(31, (seed) => simulateSlowService({ ...world, ...change }, seed).slices);

  it('loses its users in seconds, not after the time that stable takes to answer', () => {
    expect(slices({})).toBeLessThan(seconds(5));
    expect(simulateSlowService(world, 1).ending).toBe('pulled');
    expect(slices({ tellsEarly: false })).toBeGreaterThan(seconds(20));
  });

  it('is rolled back as soon as the failures are there when they come late', () => {
    const late = { candidate: { ...world.candidate, badAfter: seconds(30) } };
    expect(slices(late)).toBeGreaterThan(seconds(30));
    expect(slices(late)).toBeLessThan(seconds(36));
  });

  it('costs next to nothing where everything is answered at once', () => {
    const quick = {
      stable: { badShare: 0.01, badAfter: 0, goodAfter: 0 },
      candidate: { badShare: 0.1, badAfter: 0, goodAfter: 0 },
    };
    const requests = (tellsEarly: boolean) =>
      median(201, (seed) => simulateSlowService({ ...world, ...quick, tellsEarly }, seed).requests);
    expect(requests(true)).toBe(requests(false));
  });
});

describe('equal releases are rolled back with probability below alpha', () => {
  const equal = { badShare: 0.05, badAfter: seconds(10), goodAfter: seconds(1) };
  const at5 = { alphaRollback: 0.05, slices: seconds(40), lookEvery: 10 };

  it.each<[string, Partial<SlowWorld>]>([
    [
      'one of them answers well much later',
      { stable: { ...equal, goodAfter: seconds(20) }, candidate: equal },
    ],
    ['the other one does', { stable: equal, candidate: { ...equal, goodAfter: seconds(20) } }],
    ['the candidate fails later', { stable: { ...equal, badAfter: 0 }, candidate: equal }],
    ['both fail at once', { stable: { ...equal, badAfter: 0 }, candidate: { ...equal, badAfter: 0 } }],
  ])('%s', (_, change) => {
    const share = rolledBack(300, { ...at5, ...change });
    expect(share.upperLimit, JSON.stringify(share)).toBeLessThan(0.05);
  });

  it('the candidate fails sooner: it is warned of, and not rolled back for it', () => {
    const change = { stable: equal, candidate: { ...equal, badAfter: 0 } };
    const share = rolledBack(300, { ...at5, ...change });
    expect(share.upperLimit, JSON.stringify(share)).toBeLessThan(0.05);
    expect(simulateSlowService({ ...world, ...change }, 1).ending).toBe('pulled');
  });
});
