import { describe, expect, it } from 'vitest';
import type { Requirement } from '../requirements/requirement-input.ts';
import { orderedFeed } from './ordered-feed.ts';
import type { PlannedMetric, ScoredCase } from './plan-sequence.ts';
import { planSequence } from './plan-sequence.ts';
import { observeCase, startSequence } from './sequence.ts';
import { sequenceLevels } from './sequence-levels.ts';

const metric = (given: Partial<PlannedMetric> = {}): PlannedMetric => ({
  name: 'exact',
  better: 'higher',
  range: [0, 1],
  isPerCase: true,
  hasBaseline: true,
  ...given,
});

const required = (given: Partial<Requirement>): Requirement => ({
  text: 'as written',
  metric: 'exact',
  cases: { kind: 'all' },
  statistic: { kind: 'score' },
  bound: { kind: 'min', limit: 0.9 },
  ...given,
});

const scored = (given: Partial<ScoredCase> = {}): ScoredCase => ({
  tags: [],
  weight: 1,
  candidateErred: false,
  baselineErred: false,
  candidate: { exact: 1, latency: 100 },
  baseline: { exact: 1, latency: 90 },
  ...given,
});

const latency = metric({ name: 'latency', better: 'lower', range: [0, Number.POSITIVE_INFINITY] });
const cases = [scored({ tags: ['a'] }), scored({ tags: ['b'] }), scored({ tags: ['a', 'b'] })];

const many = Array.from({ length: 500 }, () => scored());
const runOf = (requirements: readonly Requirement[], given: ScoredCase) => {
  const plan = planSequence(many, [metric()], requirements);
  const sequence = startSequence({
    cases: many.length,
    about: 'population',
    wrongPassShare: 0.0125,
    wrongFailShare: 0.0125,
    mostErrorsShare: 0.01,
    ...plan,
  });
  for (let i = 0; i < many.length; i += 1) {
    const { answer, cases: seen } = observeCase(sequence, plan.caseOf(given));
    if (answer !== 'continue') return { answer, seen };
  }
  throw new Error('not settled');
};

describe('a plan', () => {
  it('watches scores, margins, slices and percentiles', () => {
    const plan = planSequence(
      cases,
      [metric(), latency],
      [
        required({}),
        required({ bound: { kind: 'not-worse-by', margin: 0.05 } }),
        required({ cases: { kind: 'worst-slice', tags: null, leastCases: 1 } }),
        required({
          metric: 'latency',
          statistic: { kind: 'percentile', at: 0.95 },
          bound: { kind: 'max', limit: 120 },
        }),
      ],
    );
    expect(plan.mayPass).toBe(true);
    expect(plan.bounds).toEqual([
      { good: 'at-least', limit: 0.9, range: [0, 1] },
      { good: 'at-least', limit: -0.05, range: [-1, 1] },
      { good: 'at-least', limit: 0.9, range: [0, 1] },
      { good: 'at-least', limit: 0.9, range: [0, 1] },
      { good: 'at-least', limit: 0.95, range: [0, 1] },
    ]);
    const of = (given: Partial<ScoredCase>) => plan.caseOf(scored(given)).values;
    expect(of({ tags: ['a'] })).toEqual([1, 0, 1, 'outside', 1]);
    expect(of({ tags: ['b'], candidate: { exact: 0, latency: 121 } })).toEqual([0, -1, 'outside', 0, 0]);
    const failed = ['error', 'error', 'outside', 'error', 'error'];
    expect(of({ candidateErred: true, tags: ['b'] })).toEqual(failed);
    expect(of({ baselineErred: true })).toEqual([1, 'error', 'outside', 'outside', 1]);
    expect(of({ candidate: {}, tags: ['a', 'b'] })).toEqual([null, null, null, null, null]);
    expect(plan.caseOf(scored({ candidateErred: true })).candidateErred).toBe(true);
    expect(plan.caseOf(scored({ baselineErred: true })).candidateErred).toBe(false);
  });

  it.each<[string, Partial<Requirement>, readonly PlannedMetric[]]>([
    ['a total', { statistic: { kind: 'total' } }, [metric()]],
    ['a score of whole sets', {}, [metric({ isPerCase: false })]],
    ['a mean without limits', { metric: 'latency', bound: { kind: 'max', limit: 1 } }, [latency]],
    ['a slice that nobody has', { cases: { kind: 'slice', tag: 'c' } }, [metric()]],
    ['a metric that is not there', { metric: 'bleu' }, [metric()]],
  ])('never passes early on %s', (_, given, metrics) => {
    const plan = planSequence(cases, metrics, [required({}), required(given)]);
    expect(plan.mayPass).toBe(false);
  });

  it('takes an error of the baseline for one where the score looks at both answers', () => {
    const plan = planSequence(cases, [metric({ looksBeside: true })], [required({})]);
    expect(plan.caseOf(scored({ baselineErred: true })).values).toEqual(['error']);
  });

  it('leaves out what does not apply', () => {
    const plan = planSequence(
      cases,
      [metric({ hasBaseline: false })],
      [required({ bound: { kind: 'not-worse-by', margin: 0 } })],
    );
    expect(plan).toMatchObject({ bounds: [], mayPass: true });
  });

  it('drives a sequence, and stays open to the end where only a fail may be early', () => {
    const wrong = scored({ candidate: { exact: 0 } });
    expect(runOf([required({})], scored())).toMatchObject({ answer: 'pass' });
    expect(runOf([required({})], wrong)).toMatchObject({ answer: 'fail' });
    const withTotal = [required({}), required({ statistic: { kind: 'total' } })];
    expect(runOf(withTotal, scored())).toEqual({ answer: 'inconclusive', seen: 500 });
    expect(runOf(withTotal, wrong)).toMatchObject({ answer: 'fail' });
    expect(runOf([], scored())).toEqual({ answer: 'inconclusive', seen: 500 });
  });

  it('settles nothing on cases that a scorer failed on, whatever it said of others before', () => {
    for (const name of ['exact', 'other']) {
      const unscored = { candidate: new Set([name]), baseline: new Set<string>() };
      const run = (one: ScoredCase) => runOf([required({})], one).answer;
      expect(run(scored({ unscored }))).toBe('inconclusive');
      // A scorer that nothing is required of hides no fail.
      expect(run(scored({ unscored, candidate: { exact: 0 } }))).toBe(
        name === 'exact' ? 'inconclusive' : 'fail',
      );
    }
  });
});

it('answers are handed on in the order that was drawn, whichever came first', () => {
  const taken: string[] = [];
  const feed = orderedFeed<string>((thing, place) => void taken.push(`${place}${thing}`));
  feed.put(2, 'c');
  feed.put(1, 'b');
  expect(taken).toEqual([]);
  expect(feed.waiting()).toBe(2);
  feed.put(0, 'a');
  expect(taken).toEqual(['0a', '1b', '2c']);
  expect(() => feed.put(1, 'again')).toThrow(RangeError);
});

it('stopping early and the end share what may go wrong', () => {
  const { wrongShare, endConfidence } = sequenceLevels(0.95, 'population');
  expect(wrongShare).toBeCloseTo(0.0125, 12);
  expect(endConfidence).toBeCloseTo(0.975, 12);
  expect(wrongShare + (1 - endConfidence) / 2).toBeCloseTo(0.025, 12);
  // What was counted over every case is not wrong.
  expect(sequenceLevels(0.95, 'set')).toEqual({ wrongShare: expect.closeTo(0.025, 12), endConfidence: 0.95 });
});
