import { describe, expect, it, vi } from 'vitest';
import { MEAN_STEPS } from './cohort-update.ts';
import { shareOfRuns } from './testing/share-of-runs.ts';
import { type Chances, type DifferenceWorld, simulateDifference } from './testing/simulate-difference.ts';

// Simulations: far below this on an idle machine.
vi.setConfig({ testTimeout: 180_000 });

/**
 * Chances of the sixteenths of a cost with a lognormal distribution (median as a part of the scale, sigma of its log), clipped at the
 * scale's end and rounded to neighbours so that the mean stays, as a gateway does.
 */
function lognormal(median: number, sigma: number): Chances {
  const chances = new Array<number>(MEAN_STEPS + 1).fill(0);
  const parts = 4000;
  for (let i = 0; i < parts; i++) {
    const value = Math.min(1, median * Math.exp(sigma * normalQuantile((i + 0.5) / parts))) * MEAN_STEPS;
    const below = Math.min(MEAN_STEPS - 1, Math.floor(value));
    chances[below]! += (below + 1 - value) / parts;
    chances[below + 1]! += (value - below) / parts;
  }
  return chances;
}

/** By bisection on a series for the normal distribution; slow and sure. */
function normalQuantile(share: number): number {
  let low = -8;
  let high = 8;
  for (let i = 0; i < 40; i++) {
    const x = (low + high) / 2;
    if (normalShare(x) < share) low = x;
    else high = x;
  }
  return (low + high) / 2;
}

function normalShare(x: number): number {
  // Abramowitz and Stegun 7.1.26, error below 2e-7.
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const tail =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const half = 1 - (tail * Math.exp((-x * x) / 2)) / 2;
  return x >= 0 ? half : 1 - half;
}

const meanOf = (chances: Chances) =>
  chances.reduce((sum, chance, level) => sum + (chance * level) / MEAN_STEPS, 0);

const cost = lognormal(0.15, 0.8);
/** Ten points of a hundred worse: a score of 0.8 becomes 0.7, so that the distance from the best grows from 0.2 to 0.3. */
const score = lognormal(0.17, 0.6);
const worseScore = shifted(score, 0.1);

/** The same mixed with the worst value, so that the mean grows by `more`. */
function shifted(chances: Chances, more: number): Chances {
  const part = more / (1 - meanOf(chances));
  return chances.map((chance, level) => chance * (1 - part) + (level === MEAN_STEPS ? part : 0));
}

const world: DifferenceWorld = {
  candidateShare: () => 0.05,
  chances: () => cost,
  requestsPerSlice: 40,
  slices: 100,
  lookEvery: 2,
  differences: false,
  alphaRollback: 0.05,
};

/** Requests of both tracks until it happens; infinite if never. */
function requestsUntil(
  happens: 'rollback' | 'advance',
  change: Partial<DifferenceWorld>,
  seed: number,
): number {
  const own = { ...world, ...change };
  let requests = Number.POSITIVE_INFINITY;
  simulateDifference(own, seed, ({ slice, reading }) => {
    const has = happens === 'rollback' ? reading.rollback.crossed : reading.advance.passed;
    if (has) requests = (slice + 1) * own.requestsPerSlice;
    return has;
  });
  return requests;
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

it('the costs of the tests are skewed and clipped', () => {
  expect(meanOf(cost)).toBeCloseTo(0.206, 2);
  expect(cost.at(-1)).toBeGreaterThan(0.005);
  expect(meanOf(worseScore) - meanOf(score)).toBeCloseTo(0.1, 9);
});

describe('a candidate that costs the same is rolled back with probability below alpha', () => {
  it.each<[string, Partial<DifferenceWorld>]>([
    ['few of the requests', {}],
    ['half of the requests', { candidateShare: () => 0.5 }],
    ['its share grows', { candidateShare: (slice) => (slice < 60 ? 0.05 : 0.3) }],
    [
      'what both cost moves up and down',
      { chances: (_, slice) => (slice % 60 < 30 ? cost : lognormal30), candidateShare: () => 0.2 },
    ],
    ['expensive answers are slow', { worstIsLate: () => 10, lookEvery: 10 }],
  ])('%s', (_, change) => {
    const share = shareOfRuns(500, (seed) => requestsUntil('rollback', change, seed) < Infinity);
    expect(share.upperLimit, JSON.stringify(share)).toBeLessThan(0.05);
  });
});

const lognormal30 = lognormal(0.4, 0.5);

describe('power, at the usual alpha of 0.1 %', () => {
  const usual = { alphaRollback: 0.001, slices: 1000, lookEvery: 1 };
  it('finds a candidate that costs half as much again', () => {
    const dear = lognormal(0.15 * 1.5, 0.8);
    const chances: DifferenceWorld['chances'] = (track) => (track === 'candidate' ? dear : cost);
    const requests = Array.from({ length: 60 }, (_, i) =>
      requestsUntil('rollback', { ...usual, chances }, i + 1),
    );
    // Of the candidate: a twentieth of it.
    expect(median(requests) * 0.05).toBeLessThan(250);
    expect(requests.every(Number.isFinite)).toBe(true);
  });

  it('finds a candidate that scores ten points less', () => {
    const chances: DifferenceWorld['chances'] = (track) => (track === 'candidate' ? worseScore : score);
    const requests = Array.from({ length: 60 }, (_, i) =>
      requestsUntil('rollback', { ...usual, chances }, i + 1),
    );
    expect(median(requests) * 0.05).toBeLessThan(250);
    expect(requests.every(Number.isFinite)).toBe(true);
  });

  it('lets an equal candidate go on by a margin of five points of the scale', () => {
    const change = { requestsPerSlice: 200, slices: 1000 };
    const requests = Array.from({ length: 60 }, (_, i) => requestsUntil('advance', change, i + 1));
    expect(median(requests) * 0.05).toBeLessThan(1500);
  });
});

it('a candidate dearer by the margin goes on with probability of at most alpha', () => {
  const dearer = shifted(cost, 0.05);
  const chances: DifferenceWorld['chances'] = (track) => (track === 'candidate' ? dearer : cost);
  const share = shareOfRuns(
    300,
    (seed) => requestsUntil('advance', { chances, candidateShare: () => 0.3 }, seed) < Infinity,
  );
  expect(share.lowerLimit, JSON.stringify(share)).toBeLessThanOrEqual(0.05);
});
