import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codePoints } from './code-points.ts';
import { commonSubsequenceLength } from './common-subsequence.ts';
import { contains } from './contains.ts';
import { editDistance } from './edit-distance.ts';
import { exact } from './exact.ts';
import { levenshteinSimilarity } from './levenshtein.ts';
import { numberIn, numeric } from './numeric.ts';
import { squadNormalised } from './squad-normalised.ts';

/** The table of Wagner and Fischer, filled cell by cell. */
const table = (a: Int32Array, b: Int32Array) => {
  let distances = Array.from({ length: b.length + 1 }, (_, j) => j);
  let common = new Array<number>(b.length + 1).fill(0);
  for (let i = 1; i <= a.length; i += 1) {
    const nextDistances = [i];
    const nextCommon = [0];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      nextDistances.push(
        Math.min(distances[j - 1]! + (same ? 0 : 1), distances[j]! + 1, nextDistances[j - 1]! + 1),
      );
      nextCommon.push(same ? common[j - 1]! + 1 : Math.max(common[j]!, nextCommon[j - 1]!));
    }
    distances = nextDistances;
    common = nextCommon;
  }
  return { distance: distances[b.length]!, common: common[b.length]! };
};

const symbols = fc
  .array(fc.integer({ min: 0, max: 3 }), { maxLength: 150, size: 'max' })
  .map((row) => Int32Array.from(row));

it('counts edits and common symbols like a table filled cell by cell, across words of 32 bits', () => {
  fc.assert(
    fc.property(symbols, symbols, (a, b) => {
      const { distance, common } = table(a, b);
      expect(editDistance(a, b)).toBe(distance);
      expect(commonSubsequenceLength(a, b)).toBe(common);
    }),
    { numRuns: 400, seed: 5 },
  );
});

it('counts characters, not halves of them', () => {
  expect([...codePoints('a😀\ud800b')]).toEqual([97, 0x1f600, 0xd800, 98]);
  expect(
    levenshteinSimilarity({ lowercase: false }).ofCase!({ output: '😀😀', references: ['😀', 'xy'] }),
  ).toBe(0.5);
});

it('takes the closest reference by its own length', () => {
  const similarity = levenshteinSimilarity({ lowercase: true });
  expect(similarity.ofCase!({ output: 'ABCD', references: ['x', 'abcdef'] })).toBeCloseTo(4 / 6, 12);
  expect(similarity.ofCase!({ output: '', references: [''] })).toBe(1);
  expect(similarity.ofCase!({ output: 'a', references: [] })).toBeNull();
});

it('compares exactly, or without case and space at the ends', () => {
  const one = { output: ' Yes\n', references: ['no', 'yes'] };
  expect(exact({ lowercase: false, trim: false }).ofCase!(one)).toBe(0);
  expect(exact({ lowercase: true, trim: true }).ofCase!(one)).toBe(1);
  expect(exact({ lowercase: false, trim: false }).ofCase!({ output: '', references: [] })).toBe(0);
});

it('takes off articles and punctuation like SQuAD, but no letter of a longer word', () => {
  expect(squadNormalised('The  answer: "an A.I.", or the_x\n')).toBe('answer ai or thex');
  expect(squadNormalised('éa theé aß a')).toBe('éa theé aß');
});

it('finds any or all of the references in an output', () => {
  const one = { output: 'Your refund is on its way', references: ['refund', 'Way'] };
  expect(contains({ need: 'any', lowercase: false }).ofCase!(one)).toBe(1);
  expect(contains({ need: 'all', lowercase: false }).ofCase!(one)).toBe(0);
  expect(contains({ need: 'all', lowercase: true }).ofCase!(one)).toBe(1);
});

describe('numbers in answers', () => {
  it.each([
    ['42', 42],
    [' -1,234.50 ', -1234.5],
    ['−3', -3],
    ['1e-3', 0.001],
    ['.5', 0.5],
    ['5.', 5],
    ['+7', 7],
    ['12,34', null],
    ['1,2345', null],
    ['0x10', null],
    ['Infinity', null],
    ['12 km', null],
    ['', null],
  ])('reads %j as %j when nothing else may be there', (text, number) => {
    expect(numberIn(text, 'only')).toBe(number);
  });

  it.each([
    ['It takes 3 to 5 days', 3, 5],
    ['5-3', 5, 3],
    ['between -5 and -3.', -5, -3],
    ['The answer is $1,234.50.', 1234.5, 1234.5],
    ['3 apples, 4 pears', 3, 4],
    ['covid19 and x2', null, null],
    ['100%', 100, 100],
    ['1,2,3', 1, 3],
  ])('finds the first and the last in %j', (text, first, last) => {
    expect(numberIn(text, 'first')).toBe(first);
    expect(numberIn(text, 'last')).toBe(last);
  });

  it('are right within a tolerance and wrong when there is none', () => {
    const scorer = numeric({ relative: 0.01, absolute: 0, which: 'last' });
    expect(scorer.ofCase!({ output: 'about 100.9', references: ['100'] })).toBe(1);
    expect(scorer.ofCase!({ output: 'about 101.2', references: ['100'] })).toBe(0);
    expect(scorer.ofCase!({ output: 'no idea', references: ['100'] })).toBe(0);
    expect(scorer.ofCase!({ output: '100', references: ['hundred'] })).toBe(0);
  });

  it('take time in proportion to hostile texts', () => {
    for (const text of [
      '1,111'.repeat(40_000),
      `${'1'.repeat(200_000)}a`,
      `1${',111'.repeat(40_000)}a`,
      '-.'.repeat(90_000),
    ])
      numberIn(text, 'last');
  });
});
