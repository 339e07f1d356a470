import { expect, it } from 'vitest';
import type { ExplainedMetric } from '../api/schemas/explanation.ts';
import { metricSentences } from './explain-metric.ts';

const nowMs = Date.UTC(2026, 10, 21, 12, 0, 0);
const query = 'sum(rate(refunds_total[5m]))';
const plan: ExplainedMetric['plan'] = {
  name: 'refunds',
  source: 'prometheus',
  query,
  range: null,
  min: null,
  max: 0.02,
  everyMs: 15_000,
  polls: 3,
};
const reading = {
  metric: 'refunds',
  rule: 'threshold',
  min: null,
  max: 0.02,
  needed: 3,
  polls: [{ kind: 'value', value: 0.031, atMs: nowMs - 4_000, stage: 1 }],
  bad: 1,
  good: 0,
  broken: false,
  passed: false,
  waitingFor: 'out-of-bound',
} as const;
const waiting = {
  on: 'metric',
  metric: 'refunds',
  reason: 'out-of-bound',
  detail: null,
  good: 0,
  needed: 3,
  value: 0.031,
  min: null,
  max: 0.02,
} as const;

it('says what is asked, what is allowed, the newest value, the verdict and what is waited for', () => {
  expect(metricSentences({ plan, reading, waiting }, false, nowMs)).toEqual([
    `Every 15 s Prometheus is asked: ${query}.`,
    'Allowed is at most 0.02. 3 values in a row outside that end the rollout, and as many inside it, all of one stage, let the stage be left. It is a threshold: nothing limits how often chance breaks it.',
    'The last value was 0.031, 4 s ago.',
    'Verdict: 1 of 3 polls toward rollback.',
    'The stage waits for metric refunds to be at most 0.02, it is 0.031 now.',
  ]);
});

it('takes an answer that is no number for no news, and says why', () => {
  const problem = {
    kind: 'problem',
    problem: 'many-series',
    detail: '7 series',
    atMs: nowMs - 60_000,
    stage: 1,
  } as const;
  const said = metricSentences(
    {
      plan: { ...plan, range: { windowMs: 300_000, reduce: 'mean' } },
      reading: { ...reading, polls: [problem], bad: 0, waitingFor: 'many-series' },
      waiting: { ...waiting, reason: 'many-series', detail: '7 series', value: null },
    },
    false,
    nowMs,
  );
  expect(said[0]).toBe(`Every 15 s Prometheus is asked: ${query}, the mean of the last 5 min.`);
  expect(said[2]).toBe(
    'The last answer, 1 min ago, was about a metric whose query finds more than one series (7 series). That breaks the row, and passes nothing.',
  );
  expect(said.at(-1)).toBe(
    'The stage waits for a usable answer about metric refunds, whose query finds more than one series (7 series).',
  );
});

it('does not pretend to know what nobody asked for or recorded', () => {
  const unasked = { plan, reading: null, waiting: null };
  expect(metricSentences(unasked, false, nowMs).at(-1)).toBe('Nobody has asked yet.');
  expect(metricSentences(unasked, true, nowMs).at(-1)).toBe('Nothing that was decided names a value of it.');
});
