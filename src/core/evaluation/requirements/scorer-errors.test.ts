import { expect, it } from 'vitest';
import { decide } from './decide.ts';
import { estimateOf } from './estimate-of.ts';
import type { CaseFacts, MetricScores, Requirement } from './requirement-input.ts';
import { ANSWER_UNFIT, SCORER_FAILED } from './requirement-input.ts';

const cases = (n: number): CaseFacts[] =>
  Array.from({ length: n }, () => ({ tags: [], weight: 1, candidateErred: false, baselineErred: false }));

/** Of `n` cases the first `missing` have no score for the reason `why`, the others have `score`. */
const metric = (score: number, n: number, missing: number, why: number, name = 'judge'): MetricScores => ({
  name,
  unit: 'share',
  better: 'higher',
  range: [0, 1],
  candidate: { kind: 'cases', scores: Array.from({ length: n }, (_, i) => (i < missing ? null : score)) },
  baseline: null,
  unscored: { candidate: Uint8Array.from({ length: n }, (_, i) => (i < missing ? why : 0)), baseline: null },
});
const atLeast = (limit: number, name = 'judge'): Requirement => ({
  text: name,
  metric: name,
  cases: { kind: 'all' },
  statistic: { kind: 'score' },
  bound: { kind: 'min', limit },
});
const verdictOf = (metrics: MetricScores[], requirements: Requirement[]) =>
  decide({ cases: cases(200), metrics, requirements, seed: 1 });

it('a scorer that failed too often leaves its requirement open, whichever way the rest points', () => {
  for (const score of [0, 1]) {
    const { verdict, requirements, notes } = verdictOf(
      [metric(score, 200, 3, SCORER_FAILED), metric(1, 200, 0, 0, 'exact')],
      [atLeast(0.5), atLeast(0.5, 'exact')],
    );
    expect(requirements.map((one) => one.verdict)).toEqual(['inconclusive', 'pass']);
    expect(requirements[0]!.detail).toContain('the scorer of judge failed on 3 of 200 cases');
    expect(verdict).toBe('inconclusive');
    expect(notes).toHaveLength(1);
  }
});

it('a few errors of a scorer are left out, and change no figure', () => {
  for (const [score, verdict] of [
    [0, 'fail'],
    [1, 'pass'],
  ] as const) {
    const found = verdictOf([metric(score, 200, 2, SCORER_FAILED)], [atLeast(0.5)]);
    expect(found).toMatchObject({ verdict, requirements: [{ verdict, found: { value: score } }] });
  }
});

it('a scorer that nothing is required of keeps the whole from passing, and not from failing', () => {
  const other = metric(1, 200, 200, SCORER_FAILED);
  const of = (score: number) =>
    verdictOf([other, metric(score, 200, 0, 0, 'exact')], [atLeast(0.5, 'exact')]).verdict;
  expect([of(1), of(0)]).toEqual(['inconclusive', 'fail']);
});

it('several scorers that fail now and then keep the whole from passing together', () => {
  const first = metric(1, 200, 2, SCORER_FAILED);
  const second = metric(1, 200, 0, 0, 'other');
  const last = {
    candidate: Uint8Array.from({ length: 200 }, (_, i) => (i > 197 ? ANSWER_UNFIT : 0)),
    baseline: null,
  };
  expect(verdictOf([first, second], [atLeast(0.5)]).verdict).toBe('pass');
  const { verdict, notes } = verdictOf([first, { ...second, unscored: last }], [atLeast(0.5)]);
  expect(verdict).toBe('inconclusive');
  expect(notes).toEqual(['4 of 200 cases ended in an error, more than the 1 % up to which it can pass']);
});

it('an answer that cannot be scored is a bad one', () => {
  const { requirements } = verdictOf([metric(1, 200, 150, ANSWER_UNFIT)], [atLeast(0.5)]);
  expect(requirements[0]).toMatchObject({ verdict: 'fail', found: { value: 0.25 } });
});

it('says what it takes where nothing is known of an interval', () => {
  const cost: MetricScores = {
    ...metric(0.0002, 16, 0, 0, 'cost'),
    unit: 'usd',
    better: 'lower',
    range: [0, Number.POSITIVE_INFINITY],
  };
  const most: Requirement = { ...atLeast(0, 'cost'), bound: { kind: 'max', limit: 0.001 } };
  const { requirements } = decide({ cases: cases(16), metrics: [cost], requirements: [most], seed: 1 });
  expect(requirements[0]!.detail).toBe(
    '0.0002 USD (unknown to unknown, 16 cases): whether it is at most 0.001 USD is open, for its interval is not known; that takes at least 10 cases that differ, or 30 that are all the same',
  );
});

it('gives pass@1 and pass^1, which are the same quantity, the same interval', () => {
  const of = (name: string) => {
    const scores = Array.from({ length: 64 }, (_, i) => [0, 1 / 3, 2 / 3, 1][(i * 7) % 4]!);
    const one = { ...metric(0, 64, 0, 0, name), candidate: { kind: 'cases', scores } } as const;
    const places = [...scores.keys()];
    return estimateOf({ cases: cases(64), seed: 1 }, one, places, 'candidate', { kind: 'score' })!.at(
      0.95,
      1,
    );
  };
  expect(of('pass^1')).toEqual(of('pass@1'));
  expect(of('pass^2')).not.toEqual(of('pass@1'));
});
