import { describe, expect, it, vi } from 'vitest';
import { shareOfRuns } from './testing/share-of-runs.ts';
import { type KeyWorld, simulateKeys } from './testing/simulate-keys.ts';

// Simulations: far below this on an idle machine.
vi.setConfig({ testTimeout: 180_000 });

/** Three of a hundred keys are mostly bad, whoever serves them; a few keys make most of the requests; the share grows four times. */
const world: KeyWorld = {
  keys: 3000,
  zipf: 0.9,
  badness: (draw) => (draw() < 0.03 ? 0.6 : draw() < 0.5 ? 0.002 : 0.02),
  shares: [0.05, 0.1, 0.25, 0.5],
  slicesPerStage: 60,
  requestsPerSlice: 60,
  report: 'again',
  alphaRollback: 0.05,
  until: ([errors]) => errors!.rollback.crossed,
};

/** A tenth of the keys never succeed, all ask equally often, and the share grows in many small steps. */
const steps: KeyWorld = {
  ...world,
  keys: 1000,
  zipf: 0,
  badness: (draw) => (draw() < 0.1 ? 1 : 0.005),
  shares: [0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.12, 0.14],
};

const decided = (runs: number, change: KeyWorld) =>
  shareOfRuns(runs, (seed) => simulateKeys(change, seed).decided);

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

describe('equal releases, unequal keys that stay on their track', () => {
  it.each([
    ['few heavy users, four stages', world],
    ['many small steps', steps],
    ['many small steps, nothing remembered over them', { ...steps, report: 'above' as const }],
  ])('the keys roll back with probability below alpha: %s', (_, own) => {
    const share = decided(240, own);
    expect(share.upperLimit, JSON.stringify(share)).toBeLessThan(0.05);
  });

  it('their requests taken one by one warn far more often than that, so they must not decide', () => {
    const share = decided(120, { ...world, until: ([errors]) => errors!.pull!.crossed });
    expect(share.lowerLimit, JSON.stringify(share)).toBeGreaterThan(0.1);
  });

  it('keys that a reporter counted anew in every stage would decide too often', () => {
    const share = decided(220, { ...steps, report: 'each-stage' });
    expect(share.lowerLimit, JSON.stringify(share)).toBeGreaterThan(0.05);
  });
});

describe('a candidate that fails every tenth request of every key', () => {
  const worse: KeyWorld = {
    ...world,
    badness: () => 0.01,
    candidateBadness: () => 0.1,
    shares: [0.05],
    slicesPerStage: 1500,
    alphaRollback: 0.001,
  };

  it('is pulled after few of its requests', () => {
    const ends = Array.from({ length: 101 }, (_, i) =>
      simulateKeys({ ...worse, until: ([errors]) => errors!.pull!.crossed }, i + 1),
    );
    expect(ends.every((end) => end.decided)).toBe(true);
    expect(median(ends.map((end) => end.candidateRequests))).toBeLessThan(90);
  });

  it('is rolled back by its keys alone where nobody pulls it', () => {
    const ends = Array.from({ length: 31 }, (_, i) => simulateKeys(worse, i + 1));
    const share = ends.filter((end) => end.decided).length / ends.length;
    expect(share).toBeGreaterThan(0.9);
  });
});

describe('a guard on a mean, where keys stay on their track', () => {
  const costly: KeyWorld = {
    ...world,
    report: 'above',
    cost: (draw) => Math.min(16, Math.floor(-3 * Math.log(1 - draw()))),
    until: ([, cost]) => cost!.rollback.crossed,
  };

  it('rolls back an equal candidate with probability below alpha', () => {
    const share = decided(240, costly);
    expect(share.upperLimit, JSON.stringify(share)).toBeLessThan(0.05);
  });

  it('would do so far more often if every request of a heavy user were measured', () => {
    const share = decided(60, { ...costly, measuresAll: true });
    expect(share.lowerLimit, JSON.stringify(share)).toBeGreaterThan(0.05);
  });
});
