import { describe, expect, it, vi } from 'vitest';
import { absorb, openEvidence, readGuards } from './rollout-evidence.ts';
import { cohort } from './testing/cohort.ts';
import { shareOfRuns } from './testing/share-of-runs.ts';
import { type DifferenceWorld, simulateDifference } from './testing/simulate-difference.ts';

// Simulations: far below this on an idle machine.
vi.setConfig({ testTimeout: 180_000 });

const share = (bad: number): number[] => [1 - bad, bad];
const world: DifferenceWorld = {
  candidateShare: (slice) => (slice < 30 ? 0.05 : slice < 60 ? 0.25 : 0.5),
  chances: () => share(0.02),
  requestsPerSlice: 100,
  slices: 91,
  lookEvery: 9,
};

/** Part of the runs in which the truth is outside at any look. */
const everOutside = (runs: number, truth: number, change: Partial<DifferenceWorld>) =>
  shareOfRuns(runs, (seed) => {
    let isOutside = false;
    simulateDifference({ ...world, ...change }, seed, ({ difference: { low, high, estimate } }) => {
      expect(low).toBeLessThanOrEqual(high);
      if (estimate !== undefined && (estimate < low || estimate > high)) expect.fail('estimate outside');
      isOutside ||= truth < low || truth > high;
      return isOutside;
    });
    return isOutside;
  });

describe('the limits of the difference hold at every look, in 95 of 100 rollouts or more', () => {
  it.each<[string, number, Partial<DifferenceWorld>]>([
    [
      'equal tracks whose common share moves',
      0,
      { chances: (_, slice) => share(slice % 40 < 20 ? 0.01 : 0.3) },
    ],
    [
      'a candidate five points worse, whose bad outcomes come late',
      0.05,
      {
        chances: (track, slice) => share((slice < 45 ? 0.02 : 0.1) + (track === 'candidate' ? 0.05 : 0)),
        worstIsLate: (track) => (track === 'candidate' ? 12 : 4),
      },
    ],
  ])('%s', (_, truth, change) => {
    const outside = everOutside(160, truth, change);
    expect(outside.upperLimit, JSON.stringify(outside)).toBeLessThan(0.05);
  });
});

it('excludes zero in time: not later than twice the requests that rolled the candidate back', () => {
  let excluded = 0;
  const bad: DifferenceWorld = {
    ...world,
    candidateShare: () => 0.05,
    chances: (track) => share(track === 'candidate' ? 0.1 : 0.01),
    slices: 400,
    lookEvery: 1,
  };
  for (let seed = 1; seed <= 20; seed++) {
    let crossedAt = Number.POSITIVE_INFINITY;
    simulateDifference(bad, seed, ({ slice, reading, difference }) => {
      if (reading.rollback.crossed) crossedAt = Math.min(crossedAt, slice);
      if (difference.low > 0 && slice <= 2 * crossedAt) {
        excluded += 1;
        return true;
      }
      return slice > 2 * crossedAt;
    });
  }
  expect(excluded).toBeGreaterThanOrEqual(18);
});

it('stays an interval when the difference itself changes from stage to stage', () => {
  const evidence = openEvidence({
    guards: [{ name: 'errors', marginShare: 0.01 }],
    alphaRollback: 0.001,
    alphaAdvance: 0.05,
  });
  absorb(
    evidence,
    cohort(0, { candidate: [500, 300, 200], stable: [9500, 475, 9025] }, { candidateShare: 0.05 }),
  );
  for (let i = 1; i <= 30; i++) {
    absorb(
      evidence,
      cohort(i, { candidate: [500, 0, 500], stable: [500, 100, 400] }, { candidateShare: 0.5 }),
    );
    const { difference } = readGuards(evidence, 0, { differences: true })[0]!;
    expect(difference!.low).toBeLessThanOrEqual(difference!.high);
    expect(difference!.estimate).toBeGreaterThanOrEqual(difference!.low);
    expect(difference!.estimate).toBeLessThanOrEqual(difference!.high);
  }
});

it('narrows with the square root of the requests and stays within twice a fixed-size interval', () => {
  const width = (n: number) => {
    const evidence = openEvidence({
      guards: [{ name: 'errors', marginShare: 0.01 }],
      alphaRollback: 0.001,
      alphaAdvance: 0.05,
    });
    const c = n / 2;
    const bad = Math.round(c * 0.05);
    for (let i = 0; i < 20; i++) {
      const part = {
        candidate: [c / 20, bad / 20, (c - bad) / 20],
        stable: [c / 20, bad / 20, (c - bad) / 20],
      };
      absorb(evidence, cohort(i, part));
    }
    const { low, high } = readGuards(evidence, 0, { differences: true })[0]!.difference!;
    return high - low;
  };
  const normal = (n: number) => 2 * 1.96 * Math.sqrt((4 * 0.05 * 0.95) / n);
  for (const n of [8_000, 80_000, 800_000]) {
    expect(width(n) / normal(n)).toBeLessThan(2);
    expect(width(n) / normal(n)).toBeGreaterThan(1);
  }
});
