import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricPlan } from './metric-plan.ts';
import type { MetricPoll } from './metric-reading.ts';
import { readMetric, withPoll } from './read-metric.ts';

const plan: MetricPlan = {
  name: 'error-rate',
  source: 'prometheus',
  query: 'q',
  range: null,
  min: null,
  max: 0.1,
  everyMs: 15_000,
  polls: 3,
};

const polls = (text: string, stage = 1): MetricPoll[] =>
  [...text].map((letter, index) => ({
    atMs: index,
    stage,
    ...(letter === '?'
      ? { kind: 'problem' as const, problem: 'unreachable' as const, detail: null }
      : { kind: 'value' as const, value: letter === 'g' ? 0.1 : 0.2 }),
  }));

const read = (text: string) => {
  const { broken, passed, waitingFor } = readMetric(plan, polls(text), 1);
  return broken ? 'broken' : passed ? 'passed' : waitingFor;
};

describe('a metric', () => {
  it.each([
    ['', 'no-poll'],
    ['g', 'too-few-polls'],
    ['gg', 'too-few-polls'],
    ['ggg', 'passed'],
    ['bggg', 'passed'],
    ['gggb', 'out-of-bound'],
    ['bb', 'out-of-bound'],
    ['bbb', 'broken'],
    ['gbbb', 'broken'],
    ['bbg', 'too-few-polls'],
    ['?', 'unreachable'],
    ['ggg?', 'unreachable'],
    ['bbb?', 'unreachable'],
    ['bb?b', 'out-of-bound'],
    ['gg?g', 'too-few-polls'],
  ])('after %j is %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it('keeps the bound itself for good, on both sides', () => {
    const between = { ...plan, min: 1, max: 2, polls: 1 };
    const at = (value: number) =>
      readMetric(between, [{ kind: 'value', value, atMs: 0, stage: 0 }], 0).passed;
    expect([0.999, 1, 1.5, 2, 2.001].map(at)).toEqual([false, true, true, true, false]);
  });

  it('passes a stage on polls of that stage only, but breaks over stages', () => {
    expect(readMetric(plan, polls('ggg', 1), 2)).toMatchObject({ passed: false, waitingFor: 'no-poll' });
    expect(readMetric(plan, [...polls('gg', 1), ...polls('g', 2)], 2)).toMatchObject({
      passed: false,
      good: 1,
    });
    expect(readMetric(plan, [...polls('bb', 1), ...polls('b', 2)], 2)).toMatchObject({ broken: true });
  });
});

const anyPlan: fc.Arbitrary<MetricPlan> = fc.record({
  name: fc.constant('m'),
  source: fc.constant('prometheus' as const),
  query: fc.constant('q'),
  range: fc.constant(null),
  min: fc.option(fc.double({ min: -10, max: 0, noNaN: true })),
  max: fc.option(fc.double({ min: 0, max: 10, noNaN: true })),
  everyMs: fc.constant(1_000),
  polls: fc.integer({ min: 1, max: 4 }),
});
const anyPoll: fc.Arbitrary<MetricPoll> = fc.record({ atMs: fc.nat(), stage: fc.nat(1) }).chain((at) =>
  fc.oneof(
    // NaN and the infinities are in here, as from an adapter that forgot to look.
    fc.double().map((value): MetricPoll => ({ ...at, kind: 'value', value })),
    fc
      .double({ min: -20, max: 20, noNaN: true })
      .map((value): MetricPoll => ({ ...at, kind: 'value', value })),
    fc
      .constantFrom('unreachable', 'no-series', 'many-series')
      .map((problem): MetricPoll => ({ ...at, kind: 'problem', problem, detail: null })),
  ),
);

describe('whatever was answered', () => {
  const isNumber = (poll: MetricPoll): boolean => poll.kind === 'value' && Number.isFinite(poll.value);
  const isOutside = ({ min, max }: MetricPlan, poll: MetricPoll): boolean =>
    isNumber(poll) &&
    poll.kind === 'value' &&
    ((max !== null && poll.value > max) || (min !== null && poll.value < min));

  it('a metric passes only on numbers inside the bound from this stage, and breaks only on numbers outside', () => {
    let [passes, breaks] = [0, 0];
    fc.assert(
      fc.property(anyPlan, fc.array(anyPoll, { maxLength: 12 }), fc.nat(1), (one, all, stage) => {
        const reading = readMetric(one, all, stage);
        const last = all.slice(-one.polls);
        expect(reading.passed && reading.broken).toBe(false);
        if (reading.passed) {
          passes += 1;
          expect(last).toHaveLength(one.polls);
          for (const poll of last)
            expect(isNumber(poll) && !isOutside(one, poll) && poll.stage === stage).toBe(true);
        }
        if (reading.broken) {
          breaks += 1;
          expect(last).toHaveLength(one.polls);
          for (const poll of last) expect(isOutside(one, poll)).toBe(true);
        }
        expect(reading.passed).toBe(reading.waitingFor === undefined);
      }),
      { numRuns: 2_000 },
    );
    // Otherwise the property says nothing.
    expect(Math.min(passes, breaks)).toBeGreaterThan(50);
  });

  it('remembering only the newest polls changes no reading', () => {
    fc.assert(
      fc.property(anyPlan, fc.array(anyPoll, { maxLength: 12 }), fc.nat(1), (one, all, stage) => {
        const kept = all.reduce<readonly MetricPoll[]>((sum, poll) => withPoll(one, sum, poll), []);
        expect(kept.length).toBeLessThanOrEqual(one.polls);
        expect(readMetric(one, kept, stage)).toEqual(readMetric(one, all, stage));
      }),
    );
  });
});
