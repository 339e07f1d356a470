import { describe, expect, it } from 'vitest';
import { accuracy } from '../classification/accuracy.ts';
import type { Scorer } from '../scorer.ts';
import type { GroupCase } from '../scorer-inputs.ts';
import { deviation } from '../testing/deviation.ts';
import { goldenVectors } from '../testing/golden-vectors.ts';
import { demographicParity, selectionRate } from './demographic-parity.ts';
import type { DisparityOptions } from './disparity.ts';
import type { EqualisedOddsOptions } from './equalised-odds.ts';
import { equalisedOdds } from './equalised-odds.ts';
import type { GroupRateName } from './group-rates.ts';
import { worstGroup, worstGroupRate } from './worst-group.ts';

// The figures come from fairlearn; scripts/reference-vectors says how.

interface FairSet {
  readonly group: readonly string[];
  readonly deserved: readonly number[];
  readonly selected: readonly number[];
  readonly weights: readonly number[];
  readonly selectionRate: number;
  readonly parity: readonly (DisparityOptions & { readonly value: number | null })[];
  readonly odds: readonly (DisparityOptions & {
    readonly over: EqualisedOddsOptions['over'];
    readonly value: number | null;
  })[];
  readonly worst: readonly {
    readonly rate: GroupRateName;
    readonly least: number;
    readonly greatest: number;
  }[];
}

const { sets } = goldenVectors<{ readonly sets: readonly FairSet[] }>(
  new URL('fairness.golden.json', import.meta.url),
);

const casesOf = (set: FairSet): GroupCase[] =>
  set.group.map((group, i) => ({ group, deserved: set.deserved[i] === 1, selected: set.selected[i] === 1 }));

const score = (set: FairSet, scorer: Scorer<GroupCase>) => scorer.prepare(casesOf(set))(set.weights);

describe('agrees with fairlearn, weighted or not', () => {
  it('selection rate', () => {
    for (const set of sets) expect(score(set, selectionRate())).toBeCloseTo(set.selectionRate, 12);
  });

  it('demographic parity, difference and ratio, between groups and to overall', () => {
    for (const set of sets) {
      for (const { value, ...options } of set.parity)
        expect([options, deviation([score(set, demographicParity(options))], [value]) < 1e-12]).toEqual([
          options,
          true,
        ]);
    }
  });

  it('equalised odds, difference and ratio, between groups and to overall, worst and mean', () => {
    let undefinedThere = 0;
    for (const set of sets) {
      for (const { value, ...options } of set.odds) {
        const found = score(set, equalisedOdds({ ...options, emptyRate: 'zero' }));
        // Where one rate has no ratio fairlearn keeps the other or gives NaN, as their order has it; here the other one decides.
        if (value === null && options.over === 'worst') undefinedThere += 1;
        else expect([options, deviation([found], [value]) < 1e-12]).toEqual([options, true]);
      }
    }
    expect(undefinedThere).toBeLessThan(sets.length);
  });

  it('rates of the worst group', () => {
    for (const set of sets) {
      for (const { rate, least, greatest } of set.worst) {
        if (rate === 'true-positive-rate' || rate === 'false-positive-rate') continue;
        expect(score(set, worstGroupRate({ rate, worst: 'least' }))).toBeCloseTo(least, 12);
        expect(score(set, worstGroupRate({ rate, worst: 'greatest' }))).toBeCloseTo(greatest, 12);
      }
    }
  });
});

it('leaves groups out that a resample does not contain, and rates that do not exist on demand', () => {
  const cases: GroupCase[] = [
    { group: 'a', deserved: true, selected: true },
    { group: 'a', deserved: false, selected: false },
    { group: 'b', deserved: false, selected: false },
  ];
  const odds = { as: 'difference', compare: 'between-groups', over: 'worst' } as const;
  expect(equalisedOdds({ ...odds, emptyRate: 'zero' }).prepare(cases)()).toBe(1);
  expect(equalisedOdds({ ...odds, emptyRate: 'left-out' }).prepare(cases)()).toBe(0);
  expect(equalisedOdds({ ...odds, emptyRate: 'zero' }).prepare(cases)([1, 1, 0])).toBe(0);
  expect(demographicParity(odds).prepare(cases)([0, 0, 0])).toBeNull();
});

it('gives any score of the group that fares worst', () => {
  const cases = ['en', 'en', 'en', 'de', 'de', 'fr'].map((language, i) => ({
    language,
    expected: 'x',
    answered: i % 2 === 0 ? 'x' : 'y',
  }));
  const worst = worstGroup(accuracy(), (one: (typeof cases)[number]) => one.language, 'least');
  expect(worst.prepare(cases)()).toBe(0);
  expect(worst.prepare(cases)([1, 1, 1, 1, 1, 0])).toBe(0.5);
});
