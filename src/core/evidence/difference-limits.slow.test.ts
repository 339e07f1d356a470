import { describe, expect, it, vi } from 'vitest';
import { MEAN_STEPS } from './cohort-update.ts';
import { shareOfRuns } from './testing/share-of-runs.ts';
import { type Chances, type DifferenceWorld, simulateDifference } from './testing/simulate-difference.ts';

vi.setConfig({ testTimeout: 900_000 });

const RUNS = 400;
const share = (bad: number): Chances => [1 - bad, bad];

/** Most values low, a few at the end of the scale. */
const skewed = (worst: number): Chances =>
  Array.from({ length: MEAN_STEPS + 1 }, (_, level) =>
    level === 1 ? 0.6 : level === 3 ? 0.4 - worst : level === MEAN_STEPS ? worst : 0,
  );
const meanOf = (chances: Chances) =>
  chances.reduce((sum, chance, level) => sum + (chance * level) / MEAN_STEPS, 0);

const world: DifferenceWorld = {
  candidateShare: () => 0.05,
  chances: () => share(0.01),
  requestsPerSlice: 60,
  slices: 201,
  lookEvery: 4,
};
const growing = (slice: number) => [0.01, 0.05, 0.2, 0.5][Math.floor(slice / 51)]!;

const meanGap = meanOf(skewed(0.12)) - meanOf(skewed(0.05));

describe('the truth is ever outside of the limits in at most five of a hundred rollouts', () => {
  it.each<[string, number, Partial<DifferenceWorld>]>([
    ['equal, few of the requests', 0, {}],
    ['equal, half of the requests', 0, { candidateShare: () => 0.5 }],
    [
      'equal, a growing share, a moving base',
      0,
      {
        candidateShare: growing,
        chances: (_, slice) => share(slice % 60 < 15 ? 0.4 : 0.02),
      },
    ],
    ['nine points worse', 0.09, { chances: (track) => share(track === 'candidate' ? 0.1 : 0.01) }],
    [
      'twenty points better',
      -0.2,
      {
        candidateShare: () => 0.3,
        chances: (track) => share(track === 'candidate' ? 0.1 : 0.3),
      },
    ],
    [
      'equal, bad outcomes of the candidate are late',
      0,
      {
        chances: () => share(0.2),
        worstIsLate: (track) => (track === 'candidate' ? 25 : 0),
        lookEvery: 10,
      },
    ],
    [
      'ten points worse, bad outcomes of stable are late, a moving base',
      0.1,
      {
        candidateShare: growing,
        chances: (track, slice) => share((slice < 90 ? 0.05 : 0.25) + (track === 'candidate' ? 0.1 : 0)),
        worstIsLate: (track) => (track === 'stable' ? 25 : 0),
      },
    ],
    ['means, equal', 0, { chances: () => skewed(0.05), candidateShare: growing }],
    [
      'means, the candidate dearer',
      meanGap,
      {
        chances: (track) => skewed(track === 'candidate' ? 0.12 : 0.05),
        candidateShare: () => 0.3,
      },
    ],
  ])('%s', (_, truth, change) => {
    const outside = shareOfRuns(RUNS, (seed) => {
      let isOutside = false;
      simulateDifference({ ...world, ...change }, seed, ({ difference: { low, high } }) => {
        if (low > high) expect.fail(`${low} > ${high}`);
        return (isOutside ||= truth < low || truth > high);
      });
      return isOutside;
    });

    expect(outside.upperLimit, JSON.stringify(outside)).toBeLessThan(0.05);
  });
});
