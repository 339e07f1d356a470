import { expect, it } from 'vitest';
import type { AnswerRecord } from '../../core/evaluation/run/run-record.ts';
import { planOf, targetAt } from '../testing/run-plan.ts';
import { callMetrics } from './call-metrics.ts';

it('times of an answer that came just after its time-out stay within the range of the metric', () => {
  const url = 'http://127.0.0.1:1/';
  const target = targetAt(url, { isStream: true, timeoutMs: 1_000 });
  const answer: AnswerRecord = {
    kind: 'answer',
    output: 'x',
    latencyMs: 1_003,
    firstTokenMs: 1_002,
    tokens: null,
    usd: null,
    isCached: false,
    scores: {},
    reasons: {},
  };
  const metrics = callMetrics(planOf(url, { target }));
  const numberOf = (name: string, of: AnswerRecord): number | null =>
    metrics.find(({ measured }) => measured.name === name)!.numberOf(of);
  expect(numberOf('latency', answer)).toBe(1_000);
  expect(numberOf('first_token', answer)).toBe(1_000);
  expect(numberOf('first_token', { ...answer, firstTokenMs: null })).toBeNull();
});
