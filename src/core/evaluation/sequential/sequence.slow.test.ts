import { describe, expect, it } from 'vitest';
import type { SequenceSpec } from './sequence-spec.ts';
import type { MakeSet } from './testing/play-set.ts';
import { exactlyOnes, likelyOnes, playSets } from './testing/play-set.ts';

// How often a verdict is wrong where it is hardest to be right: on the bound, or one case below it.

const CASES = 2000;
const RUNS = 2000;
const ALPHA = 0.025;

const spec = (given: Partial<SequenceSpec> = {}): SequenceSpec => ({
  cases: CASES,
  about: 'set',
  bounds: [{ good: 'at-least', limit: 0.9, range: [0, 1] }],
  mayPass: true,
  wrongPassShare: ALPHA,
  wrongFailShare: ALPHA,
  greatestWeight: 1,
  mostErrorsShare: 0.02,
  ...given,
});

/** Scores between 0 and 1, moved so that their mean is exactly this. */
const scores =
  (mean: number): MakeSet =>
  (random) => {
    const raw = Array.from({ length: CASES }, () => (random() < 0.8 ? 1 : random()));
    const off = mean - raw.reduce((sum, value) => sum + value, 0) / CASES;
    // Only values well inside are moved, so that none leaves the range.
    const inside = raw.flatMap((value, i) => (value > 0.3 && value < 0.7 ? [i] : []));
    for (const i of inside) raw[i]! += (off * CASES) / inside.length;
    return raw.map((value) => ({ weight: 1, values: [value] }));
  };

const weighted: MakeSet = (random) => {
  const rows = Array.from({ length: CASES }, () => ({ weight: 0.2 + 0.8 * random(), values: [0] }));
  // Ones until the weighted mean is as near below 0.9 as it gets.
  const total = rows.reduce((sum, row) => sum + row.weight, 0);
  let sum = 0;
  for (const row of rows) {
    if (sum + row.weight >= 0.9 * total) continue;
    row.values = [1];
    sum += row.weight;
  }
  return rows;
};

const several =
  (...means: number[]): MakeSet =>
  (random) =>
    Array.from({ length: CASES }, () => ({
      weight: 1,
      values: means.map((mean) => (random() < mean ? 1 : 0)),
    }));

const fiveBounds = [0.5, 0.7, 0.8, 0.9, 0.95].map(
  (limit) => ({ good: 'at-least', limit, range: [0, 1] }) as const,
);

const difference = [{ good: 'at-least', limit: -0.02, range: [-1, 1] }] as const;

const withErrors: MakeSet = (random) =>
  exactlyOnes(1799, CASES)(random).map((row) => (random() < 0.01 ? { weight: 1, values: ['error'] } : row));

const paired =
  (lost: number): MakeSet =>
  () =>
    Array.from({ length: CASES }, (_, i) => ({ weight: 1, values: [i < 100 ? 1 : i < 100 + lost ? -1 : 0] }));

const worlds: readonly [string, 'passed' | 'failed', Partial<SequenceSpec>, MakeSet][] = [
  ['a set one case below its bound', 'passed', {}, exactlyOnes(1799, CASES)],
  ['a set on its bound', 'failed', {}, exactlyOnes(1800, CASES)],
  ['a population on its bound', 'passed', { about: 'population' }, likelyOnes(0.9, CASES)],
  ['a population on its bound', 'failed', { about: 'population' }, likelyOnes(0.9, CASES)],
  ['scores just below', 'passed', {}, scores(0.9 - 1e-6)],
  ['scores just above', 'failed', {}, scores(0.9 + 1e-6)],
  ['weights', 'passed', {}, weighted],
  [
    'one of five bounds just broken',
    'passed',
    { about: 'population', bounds: fiveBounds },
    several(0.9, 0.9, 0.95, 0.9, 1),
  ],
  [
    'five bounds just kept',
    'failed',
    { about: 'population', bounds: fiveBounds },
    several(0.5, 0.7, 0.8, 0.9, 0.95),
  ],
  ['a loss of just more than the margin', 'passed', { bounds: difference }, paired(141)],
  ['a loss of just the margin', 'failed', { bounds: difference }, paired(140)],
  ['errors in a set below its bound', 'passed', {}, withErrors],
];

it.each(worlds)('%s: %s wrongly at most once in 40 times, over 2,000 runs', (name, wrong, given, makeSet) => {
  const found = playSets(spec(given), makeSet, RUNS, `${name} ${wrong}`);
  process.stdout.write(`${name}: ${wrong} wrongly ${((100 * found[wrong]) / RUNS).toFixed(2)} %\n`);
  expect(found[wrong] / RUNS).toBeLessThanOrEqual(ALPHA);
});

describe('how much of a set of 2,000 is asked until it is settled', () => {
  it.each([
    ['population', ALPHA],
    // What sequenceLevels leaves at a confidence of 95 %.
    ['population', ALPHA / 2],
    ['set', ALPHA],
  ] as const)('a table for a %s at %d for each wrong verdict', (about, alpha) => {
    for (const limit of [0.5, 0.8, 0.9, 0.95]) {
      const row = [-0.1, -0.05, -0.03, -0.02, -0.01, 0.01, 0.02, 0.03, 0.05, 0.1].flatMap((distance) => {
        const truth = limit + distance;
        if (truth > 1 + 1e-9) return [];
        const makeSet =
          about === 'set' ? exactlyOnes(Math.round(truth * CASES), CASES) : likelyOnes(truth, CASES);
        const bounds = [{ good: 'at-least', limit, range: [0, 1] }] as const;
        const asked = spec({ about, bounds, wrongPassShare: alpha, wrongFailShare: alpha });
        const { askedShare, inconclusive } = playSets(asked, makeSet, 200, `${about} ${truth}`);
        if (Math.abs(distance) >= 0.05 && (about === 'set' || limit >= 0.8))
          expect(askedShare).toBeLessThanOrEqual(0.4);
        const open = inconclusive === 0 ? '' : ` (${((100 * inconclusive) / 200).toFixed(0)} % open)`;
        return [`${(100 * distance).toFixed(0)}: ${(100 * askedShare).toFixed(0)} %${open}`];
      });
      process.stdout.write(
        `${about}, ${alpha}, at least ${limit}; points from the bound: part asked  ${row.join('  ')}\n`,
      );
    }
  });
});
