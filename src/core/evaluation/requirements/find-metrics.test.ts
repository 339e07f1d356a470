import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { findMetrics } from './find-metrics.ts';
import type { CaseFacts, MetricScores } from './requirement-input.ts';

const facts = (n: number, given: (i: number) => Partial<CaseFacts> = () => ({})): CaseFacts[] =>
  Array.from({ length: n }, (_, i) => ({
    tags: [],
    weight: 1,
    candidateErred: false,
    baselineErred: false,
    ...given(i),
  }));
const latency = (of: Pick<MetricScores, 'candidate' | 'baseline'>): MetricScores => ({
  name: 'latency',
  unit: 'ms',
  better: 'lower',
  range: [0, 10_000],
  ...of,
});
const side = (scores: ArrayLike<number | null>) => ({ kind: 'cases', scores }) as const;

describe('a baseline that failed some cases', () => {
  it('has a figure over those that it answered, as the comparison has', () => {
    const n = 100;
    const cases = facts(n, (i) => ({ baselineErred: i < 10 }));
    const own = Float64Array.from({ length: n }, (_, i) => 100 + i);
    // Of a case in error another repeat may have been answered.
    const other = Float64Array.from({ length: n }, (_, i) => (i < 10 ? i : 90 + i));
    const metrics = [latency({ candidate: side(own), baseline: side(other) })];
    const [found] = findMetrics({ cases, metrics, seed: 1 });
    expect(found!.baseline!.value).toBeCloseTo(90 + (10 + 99) / 2);
    expect(found!.difference!.value).toBeCloseTo(10);
    expect(found!.candidate!.value).toBeCloseTo(149.5);
  });

  it('is compared by its errors where they are what is measured', () => {
    const n = 200;
    const cases = facts(n, (i) => ({ candidateErred: i < 2, baselineErred: i >= 150 }));
    const rate: MetricScores = {
      name: 'error_rate',
      unit: 'share',
      better: 'lower',
      range: [0, 1],
      isOfErrors: true,
      candidate: side(Float64Array.from(cases, ({ candidateErred }) => (candidateErred ? 1 : 0))),
      baseline: side(Float64Array.from(cases, ({ baselineErred }) => (baselineErred ? 1 : 0))),
    };
    const [found] = findMetrics({ cases, metrics: [rate], seed: 1 });
    expect(found!.candidate!.value).toBeCloseTo(0.01);
    expect(found!.baseline!.value).toBeCloseTo(0.25);
    expect(found!.difference!.value).toBeCloseTo(-0.24);
  });
});

describe('a cost of a few cases', () => {
  const cost: MetricScores = {
    name: 'cost',
    unit: 'usd',
    better: 'lower',
    range: [0, Number.POSITIVE_INFINITY],
    candidate: side([0.1, 0.2, 0.4]),
    baseline: null,
  };

  it('is given, though nothing is known of its interval', () => {
    const [found] = findMetrics({ cases: facts(3), metrics: [cost], seed: 1 });
    expect(found).toMatchObject({ n: 3, candidate: null, values: { candidate: expect.closeTo(0.7 / 3) } });
    expect(Object.keys(found!.values!)).toEqual(['candidate']);
  });

  it('settles nothing about more than these cases', () => {
    const requirement = {
      text: 'cost at most 1',
      metric: 'cost',
      cases: { kind: 'all' },
      statistic: { kind: 'score' },
      bound: { kind: 'max', limit: 1 },
    } as const;
    const input = { cases: facts(3), metrics: [cost], requirements: [requirement], seed: 1 };
    expect(decide(input).verdict).toBe('inconclusive');
    expect(decide({ ...input, about: 'set' }).verdict).toBe('pass');
  });
});

it('scores as numbers with gaps say the same as scores with nulls', () => {
  const cases = facts(50);
  const scores = cases.map((_, i) => (i % 7 === 0 ? null : (i % 11) / 10));
  const typed = Float64Array.from(scores, (one) => one ?? Number.NaN);
  const of = (given: ArrayLike<number | null>) =>
    findMetrics({
      cases,
      metrics: [{ ...latency({ candidate: side(given), baseline: null }), range: [0, 1], better: 'higher' }],
      seed: 1,
    });
  expect(of(typed)).toEqual(of(scores));
  expect(of(typed)[0]!.n).toBe(42);
});
