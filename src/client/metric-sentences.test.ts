import { describe, expect, it } from 'vitest';
import type { MetricReading } from '../core/metrics/metric-reading.ts';
import type { Waiting } from '../core/rollout/verdict.ts';
import type { WaitingMetric } from '../core/rollout/waiting-metric.ts';
import { metricDemand, metricValue, missingMetric } from './metric-sentences.ts';
import { endReason, evidenceSummary, headline, waitingFor } from './sentences.ts';
import { canaryLane, nowMs } from './testing/canary-lane.ts';

const waiting: WaitingMetric = {
  on: 'metric',
  metric: 'refunds',
  reason: 'too-few-polls',
  detail: null,
  good: 1,
  needed: 3,
  value: 0.01,
  min: null,
  max: 0.05,
};

const reading = (...values: number[]): MetricReading => ({
  metric: 'refunds',
  rule: 'threshold',
  min: null,
  max: 0.05,
  needed: 3,
  polls: values.map((value) => ({ kind: 'value', value, atMs: 0, stage: 1 })),
  bad: 3,
  good: 0,
  broken: true,
  passed: false,
  waitingFor: 'out-of-bound',
});

describe('a metric that is waited for', () => {
  it('is described by what is missing', () => {
    expect(missingMetric(waiting)).toBe('metric refunds to stay at most 0.05, 1 of 3 polls so far');
    expect(missingMetric({ ...waiting, reason: 'no-poll' })).toBe(
      'the first answer about metric refunds in this stage',
    );
    expect(missingMetric({ ...waiting, reason: 'out-of-bound', value: 0.4, min: 0.01 })).toBe(
      'metric refunds to be from 0.01 to 0.05, it is 0.4 now',
    );
    expect(missingMetric({ ...waiting, reason: 'many-series', detail: '3 series' })).toBe(
      'a usable answer about metric refunds, whose query finds more than one series (3 series)',
    );
  });

  it('has words of its own for everything that can be wrong', () => {
    const reasons = [
      'no-poll',
      'too-few-polls',
      'out-of-bound',
      'unconfigured',
      'unreachable',
      'timeout',
      'refused',
      'query-failed',
      'not-understood',
      'too-large',
      'partial',
      'no-series',
      'many-series',
      'not-a-number',
      'infinite',
      'stale',
    ] as const satisfies readonly WaitingMetric['reason'][];
    const all: true = true satisfies WaitingMetric['reason'] extends (typeof reasons)[number] ? true : never;
    expect(all).toBe(true);
    const texts = reasons.map((reason) => waitingFor({ ...waiting, reason }, nowMs));
    expect(new Set(texts).size).toBe(reasons.length);
    for (const text of texts) expect(text).toMatch(/^\S.*[^.\s]$/);
  });

  it('comes before more requests in the headline when its answers are of no use, and after them when it only takes time', () => {
    const evidence: Waiting = {
      on: 'evidence',
      guard: 'errors',
      reason: 'not-enough-evidence',
      moreRequests: 400,
      moreCandidateRequests: 40,
    };
    const said = (one: WaitingMetric): string =>
      headline(canaryLane({ verdict: { kind: 'hold', waitingFor: [evidence, one], untilMs: null } }), nowMs);
    expect(said({ ...waiting, reason: 'unreachable', detail: 'connect ECONNREFUSED' })).toBe(
      '1.1.0 gets 10 % of the requests: it waits for a usable answer about metric refunds, whose source cannot be reached (connect ECONNREFUSED).',
    );
    expect(said(waiting)).toContain('more requests');
  });
});

it('a metric that ended a rollout is named with its values, its bound and its rule', () => {
  const other = { ...reading(0.01), metric: 'orders', broken: false };
  expect(
    endReason({ kind: 'metric', metrics: ['refunds'], readings: [reading(0.2, 0.25, 1 / 3), other] }),
  ).toBe(
    'metric refunds: 0.2, 0.25, 0.333333 in 3 polls in a row, at most 0.05 is allowed (rule: threshold)',
  );
});

it('a gate that a metric let pass says so', () => {
  expect(evidenceSummary({ kind: 'evidence', readings: [], metrics: [reading(0.02)] })).toBe('refunds 0.02');
  expect(evidenceSummary({ kind: 'soak', durationMs: 60_000, metrics: [reading(0.02)] })).toBe(
    '1 min, refunds 0.02',
  );
});

it('a plan says what a metric is held to', () => {
  const plan = {
    name: 'refunds',
    source: 'prometheus',
    query: 'x',
    range: null,
    min: null,
    max: 0.05,
  } as const;
  expect(metricDemand({ ...plan, everyMs: 15_000, polls: 3 })).toBe(
    'refunds (at most 0.05, 3 polls in a row decide, every 15 s; rule: threshold)',
  );
});

it('values are short and keep their size', () => {
  expect([0, 0.1 + 0.2, 123_456_789, 1e-9, -2.5].map(metricValue)).toEqual([
    '0',
    '0.3',
    '123457000',
    '1e-9',
    '-2.5',
  ]);
});
