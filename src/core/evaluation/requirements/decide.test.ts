import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { findMetrics } from './find-metrics.ts';
import type {
  CaseFacts,
  MetricScores,
  RequiredBound,
  Requirement,
  RequirementInput,
} from './requirement-input.ts';
import { accuracyOf } from './testing/accuracy-of.ts';

const facts = (n: number, given: Partial<CaseFacts> = {}): CaseFacts[] =>
  Array.from({ length: n }, () => ({
    tags: [],
    weight: 1,
    candidateErred: false,
    baselineErred: false,
    ...given,
  }));

/** So many ones, then zeros. */
const ones = (hits: number, n: number): number[] => Array.from({ length: n }, (_, i) => (i < hits ? 1 : 0));

const exact = (
  candidate: readonly (number | null)[],
  baseline: readonly (number | null)[] | null = null,
): MetricScores => ({
  name: 'exact',
  unit: 'share',
  better: 'higher',
  range: [0, 1],
  candidate: { kind: 'cases', scores: candidate },
  baseline: baseline === null ? null : { kind: 'cases', scores: baseline },
});

const latency = (values: readonly (number | null)[], greatest: number): MetricScores => ({
  name: 'latency',
  unit: 'ms',
  better: 'lower',
  range: [0, greatest],
  candidate: { kind: 'cases', scores: values },
  baseline: null,
});

const require = (bound: RequiredBound, given: Partial<Requirement> = {}): Requirement => ({
  text: 'as written',
  metric: 'exact',
  cases: { kind: 'all' },
  statistic: { kind: 'score' },
  bound,
  ...given,
});

const min = (limit: number, given: Partial<Requirement> = {}) => require({ kind: 'min', limit }, given);

const verdictOf = (
  given: Partial<RequirementInput> & Pick<RequirementInput, 'cases' | 'metrics' | 'requirements'>,
) => decide({ seed: 1, ...given });

describe('a bound on a share', () => {
  const of = (hits: number, n: number, limit: number) =>
    verdictOf({ cases: facts(n), metrics: [exact(ones(hits, n))], requirements: [min(limit)] });

  it('passes when the whole interval is inside, fails when all of it is outside, and is open between', () => {
    expect(of(970, 1000, 0.95).verdict).toBe('pass');
    expect(of(930, 1000, 0.95).verdict).toBe('fail');
    expect(of(955, 1000, 0.95).verdict).toBe('inconclusive');
  });

  it('groups large figures, and says of equal sides that they are equal', () => {
    const slow = verdictOf({
      cases: facts(1),
      metrics: [latency([40_000], 60_000)],
      requirements: [require({ kind: 'max', limit: 50_000 }, { metric: 'latency' })],
    }).requirements[0]!;
    expect(slow.detail).toContain(' ms to 60,000 ms, 1 case) may or may not be at most 50,000 ms');
    const score = { ...exact(Array(40).fill(0), Array(40).fill(0)), range: [0, 100], unit: 'score' } as const;
    const requirements = [require({ kind: 'not-worse-by', margin: 0.5 })];
    const same = verdictOf({ cases: facts(40), metrics: [score], requirements }).requirements[0]!;
    expect(same.verdict).toBe('inconclusive');
    expect(same.detail).toContain('40 cases): the two sides do not differ, which so few cases cannot show');
    const other = { ...score, candidate: { kind: 'cases', scores: [1, -1, ...Array(38).fill(0)] } } as const;
    const open = verdictOf({ cases: facts(40), metrics: [other], requirements }).requirements[0]!;
    expect(open.detail).not.toContain('do not differ');
  });

  it('says how many more cases would settle it, and that many do', () => {
    const open = of(955, 1000, 0.95).requirements[0]!;
    expect(open.moreCases).toBeGreaterThan(1000);
    const n = 1000 + open.moreCases!;
    expect(of(Math.round(0.955 * n), n, 0.95).verdict).toBe('pass');
    expect(open.detail).toBe(
      `95.50 % (94.02 % to 96.70 %, 1,000 cases) may or may not be at least 95 %; about ${open.moreCases!.toLocaleString('en-US')} more cases like these would settle it`,
    );
  });

  it('gives no number where the estimate stands on the bound', () => {
    expect(of(950, 1000, 0.95).requirements[0]!.moreCases).toBeNull();
  });

  it('turns around for a bound from above', () => {
    const of = (limit: number) =>
      verdictOf({
        cases: facts(500),
        metrics: [exact(ones(50, 500))],
        requirements: [require({ kind: 'max', limit })],
      }).verdict;
    expect([of(0.2), of(0.1), of(0.05)]).toEqual(['pass', 'inconclusive', 'fail']);
  });
});

describe('cases in error', () => {
  it('of the baseline withhold a pass under a metric that looks at both answers', () => {
    const cases = [...facts(100), ...facts(900, { baselineErred: true })];
    const scores = [...ones(100, 100), ...Array.from({ length: 900 }, () => null)];
    const of = (looksBeside: boolean) =>
      verdictOf({ cases, metrics: [{ ...exact(scores), looksBeside }], requirements: [min(0.5)] }).verdict;
    expect([of(false), of(true)]).toEqual(['pass', 'inconclusive']);
  });

  it('count as the worst score', () => {
    const cases = [...facts(990), ...facts(10, { candidateErred: true })];
    const scores = [...ones(990, 990), ...Array.from({ length: 10 }, () => null)];
    const found = verdictOf({ cases, metrics: [exact(scores)], requirements: [min(0.9)] }).requirements[0]!
      .found!;
    expect(found.value).toBe(0.99);
  });

  it('withhold a pass when there are too many, however good the rest is', () => {
    const cases = [...facts(980), ...facts(20, { candidateErred: true })];
    const scores = [...ones(980, 980), ...Array.from({ length: 20 }, () => null)];
    const input = { cases, metrics: [exact(scores)], requirements: [min(0.5)] };
    expect(verdictOf(input).verdict).toBe('inconclusive');
    expect(verdictOf(input).requirements[0]!.detail).toContain(
      '20 of 1,000 cases ended in an error, more than the 1 %',
    );
    expect(verdictOf({ ...input, mostErrorsShare: 0.02 }).verdict).toBe('pass');
    expect(verdictOf({ ...input, requirements: [] }).verdict).toBe('inconclusive');
    expect(verdictOf({ ...input, requirements: [min(0.999)] }).verdict).toBe('fail');
  });

  it('of the baseline excuse nobody: they leave the comparison, and too many of them leave it open', () => {
    const cases = [...facts(900), ...facts(100, { baselineErred: true })];
    const candidate = ones(900, 1000);
    const baseline = [...ones(900, 900), ...Array.from({ length: 100 }, () => null)];
    const requirements = [require({ kind: 'not-worse-by', margin: 0.05 })];
    const { requirements: found } = verdictOf({ cases, metrics: [exact(candidate, baseline)], requirements });
    expect(found[0]).toMatchObject({ verdict: 'inconclusive', found: { value: 0 } });
  });

  it('no case at all is inconclusive', () => {
    expect(verdictOf({ cases: [], metrics: [exact([])], requirements: [] }).verdict).toBe('inconclusive');
    expect(verdictOf({ cases: [], metrics: [exact([])], requirements: [min(0)] }).verdict).toBe(
      'inconclusive',
    );
  });
});

describe('a comparison with the baseline', () => {
  it('is held to the margin with an interval of the pairs', () => {
    // 20 cases that only the baseline got right, 10 that only the candidate did.
    const candidate = [...ones(10, 30), ...ones(970, 970)];
    const baseline = [...ones(30, 30).map((_, i) => (i < 10 ? 0 : 1)), ...ones(970, 970)];
    const of = (margin: number) =>
      verdictOf({
        cases: facts(1000),
        metrics: [exact(candidate, baseline)],
        requirements: [require({ kind: 'not-worse-by', margin })],
      }).requirements[0]!;
    expect(of(0.03)).toMatchObject({ verdict: 'pass', found: { value: -0.01 } });
    expect(of(0.01).verdict).toBe('inconclusive');
    expect(of(0.03).detail).toMatch(
      /^-1\.00 points \(-2\.\d\d points to \+0\.\d\d points, 1,000 cases\) is at most 3 points worse/,
    );
  });

  it('does not apply without one', () => {
    const { verdict, requirements } = verdictOf({
      cases: facts(5),
      metrics: [exact(ones(5, 5))],
      requirements: [require({ kind: 'not-worse-by', margin: 0 })],
    });
    expect(requirements[0]!.verdict).toBe('not-applicable');
    expect(verdict).toBe('pass');
  });

  it('of a score that is no share uses the differences, and stays open when too few differ', () => {
    const score = (values: readonly number[], baseline: readonly number[]): MetricScores => ({
      ...exact(values, baseline),
      unit: 'score',
    });
    const n = 400;
    const baseline = Array.from({ length: n }, (_, i) => 0.5 + (i % 7) / 20);
    const of = (lost: (i: number) => number, margin: number) =>
      verdictOf({
        cases: facts(n),
        metrics: [
          score(
            baseline.map((value, i) => value - lost(i)),
            baseline,
          ),
        ],
        requirements: [require({ kind: 'not-worse-by', margin })],
      }).requirements[0]!;
    expect(of((i) => (i % 4) / 100, 0.02)).toMatchObject({ verdict: 'pass' });
    expect(of((i) => 0.05 + (i % 4) / 100, 0.02)).toMatchObject({ verdict: 'fail' });
    // The same in every case: nothing is known of the spread but the range.
    expect(of(() => 0, 0.02)).toMatchObject({ verdict: 'pass' });
    expect(of(() => 0, 0.01)).toMatchObject({ verdict: 'inconclusive' });
  });
});

describe('slices', () => {
  const cases = [...facts(500, { tags: ['easy'] }), ...facts(500, { tags: ['hard'] })];
  const scores = [...ones(495, 500), ...ones(430, 500)];
  const on = (of: Requirement['cases'], limit: number) =>
    verdictOf({ cases, metrics: [exact(scores)], requirements: [min(limit, { cases: of })] })
      .requirements[0]!;

  it('are held alone, and the worst one stands for all', () => {
    expect(on({ kind: 'slice', tag: 'easy' }, 0.95).verdict).toBe('pass');
    expect(on({ kind: 'slice', tag: 'hard' }, 0.95).verdict).toBe('fail');
    const all = on({ kind: 'worst-slice', tags: null, leastCases: 1 }, 0.95);
    expect(all).toMatchObject({ verdict: 'fail', found: { value: 0.86 } });
    expect(all.detail).toMatch(/^hard: /);
    expect(on({ kind: 'worst-slice', tags: null, leastCases: 1 }, 0.8).verdict).toBe('pass');
  });

  it('that nobody has, or that are too small, never pass', () => {
    expect(on({ kind: 'slice', tag: 'gone' }, 0).verdict).toBe('inconclusive');
    expect(on({ kind: 'worst-slice', tags: ['easy', 'gone'], leastCases: 1 }, 0).verdict).toBe(
      'inconclusive',
    );
    expect(on({ kind: 'worst-slice', tags: null, leastCases: 501 }, 0).verdict).toBe('inconclusive');
  });
});

it('fails the whole only on what is too clear to be one bad draw among many', () => {
  // Alone the interval lies outside; among twenty such slices it might be chance.
  const tags = Array.from({ length: 20 }, (_, i) => `t${String(i).padStart(2, '0')}`);
  const cases = tags.flatMap((tag) => facts(200, { tags: [tag] }));
  const scores = tags.flatMap((_, i) => ones(i === 0 ? 182 : 198, 200));
  const alone = verdictOf({
    cases,
    metrics: [exact(scores)],
    requirements: [min(0.95, { cases: { kind: 'slice', tag: 't00' } })],
  });
  expect(alone.verdict).toBe('fail');
  const among = verdictOf({
    cases,
    metrics: [exact(scores)],
    requirements: [min(0.95, { cases: { kind: 'worst-slice', tags: null, leastCases: 1 } })],
  }).requirements[0]!;
  expect(among.verdict).toBe('inconclusive');
  expect(among.detail).toContain('not sure enough among 20 claims');
  expect(among.moreCases).toBeGreaterThan(0);
});

describe('percentiles, totals and sets', () => {
  const values = Array.from({ length: 1000 }, (_, i) => i + 1);
  const p95 = { kind: 'percentile', at: 0.95 } as const;
  const below = (limit: number, metric: MetricScores, n: number) =>
    verdictOf({
      cases: facts(n),
      metrics: [metric],
      requirements: [require({ kind: 'max', limit }, { metric: 'latency', statistic: p95 })],
    }).requirements[0]!;

  it('hold a percentile between order statistics', () => {
    expect(below(970, latency(values, 30_000), 1000).verdict).toBe('pass');
    expect(below(955, latency(values, 30_000), 1000).verdict).toBe('inconclusive');
    expect(below(930, latency(values, 30_000), 1000).verdict).toBe('fail');
  });

  it('never pass a percentile for which there are too few cases', () => {
    const few = latency(values.slice(0, 40), Number.POSITIVE_INFINITY);
    expect(below(1e9, few, 40)).toMatchObject({ verdict: 'inconclusive', found: null });
    expect(below(1e9, few, 40).moreCases).toBeGreaterThan(20);
  });

  it('count a total as what it is', () => {
    const of = (limit: number) =>
      verdictOf({
        cases: facts(1000),
        metrics: [latency(values, Number.POSITIVE_INFINITY)],
        requirements: [require({ kind: 'max', limit }, { metric: 'latency', statistic: { kind: 'total' } })],
      }).requirements[0]!;
    expect(of(500_500)).toMatchObject({ verdict: 'pass', found: { value: 500_500, low: 500_500 } });
    expect(of(500_499).verdict).toBe('fail');
  });

  it('resample a score of a whole set by case, whatever order its members are in', () => {
    const n = 600;
    const right = Array.from({ length: n }, (_, i) => i % 10 !== 0);
    const set: MetricScores = {
      ...exact([]),
      candidate: {
        kind: 'set',
        score: accuracyOf(right.toReversed()),
        members: right.map((_, i) => n - 1 - i),
      },
    };
    const input = { cases: facts(n), metrics: [set], requirements: [min(0.85), min(0.95)] };
    const { requirements } = verdictOf(input);
    expect(requirements.map(({ verdict }) => verdict)).toEqual(['pass', 'fail']);
    expect(requirements[0]!.found!.value).toBeCloseTo(0.9, 12);
    const [metric] = findMetrics({ ...input, seed: 1 });
    expect(metric).toMatchObject({ metric: 'exact', slice: null, n, baseline: null, difference: null });
    expect(metric!.candidate!.high - metric!.candidate!.low).toBeLessThan(0.06);
  });
});

it('a score of a whole set counts the cases of a slice alone, with their weights', () => {
  const n = 400;
  // In slice b every fourth is wrong, and those weigh three times as much: 3 of 6 by weight.
  const cases = Array.from({ length: n }, (_, i): CaseFacts => {
    const weight = i >= 200 && i % 4 === 0 ? 3 : 1;
    return { tags: [i < 200 ? 'a' : 'b'], weight, candidateErred: false, baselineErred: false };
  });
  const right = cases.map((_, i) => i < 200 || i % 4 !== 0);
  const set: MetricScores = {
    ...exact([]),
    candidate: { kind: 'set', score: accuracyOf(right), members: right.map((_, i) => i) },
  };
  const of = (tag: string) =>
    verdictOf({ cases, metrics: [set], requirements: [min(0.3, { cases: { kind: 'slice', tag } })] })
      .requirements[0]!;
  expect(of('b')).toMatchObject({ verdict: 'pass', found: { value: 0.5 } });
  expect(of('b').found!.low).toBeGreaterThan(0.4);
  expect(of('b').found!.high).toBeLessThan(0.6);
  // Nothing varies in slice a, so resampling knows nothing of it.
  expect(of('a')).toMatchObject({ verdict: 'inconclusive', found: { value: 1, low: 0, high: 1 } });
});

it('refuses a metric that nobody measured, and bounds that are none', () => {
  const input = { cases: facts(1), metrics: [exact([1])] };
  expect(() => verdictOf({ ...input, requirements: [min(0.5, { metric: 'bleu' })] })).toThrow(/bleu/);
  expect(() => verdictOf({ ...input, requirements: [min(Number.NaN)] })).toThrow(RangeError);
  expect(() =>
    verdictOf({ ...input, requirements: [require({ kind: 'not-worse-by', margin: -1 })] }),
  ).toThrow(RangeError);
  expect(() => verdictOf({ ...input, requirements: [], confidence: 1 })).toThrow(RangeError);
});
