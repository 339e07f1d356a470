import { describe, expect, test } from 'vitest';
import { checkPolicy, readPolicy } from './check-policy.ts';

const seen = (text: string): string[] =>
  checkPolicy(text, 'policy.yaml').map(
    ({ line, column, message, suggestion }) =>
      `${line}:${column} ${message}${suggestion === undefined ? '' : ` [${suggestion}]`}`,
  );

describe('mistakes', () => {
  const requirement = (line: string): string => `evaluation:\n  require:\n    - ${line}\n`;
  test.each<[string, string[]]>([
    ['', []],
    ['# nothing but a comment', []],
    [requirement('{metric: accuracy, min: 95%}'), []],
    [
      requirement('{metric: acuracy, min: 95%}'),
      [
        '3:16 "acuracy" is not one of accuracy, precision, recall, f1, error_rate, latency_p50_ms, latency_p95_ms, latency_p99_ms [accuracy]',
      ],
    ],
    [
      requirement('{metric: accuracy, max: 95%}'),
      ['3:31 accuracy is better when higher, so max bounds nothing [min]'],
    ],
    [
      requirement('{metric: latency_p99_ms, min: 5}'),
      ['3:37 latency_p99_ms is better when lower, so min bounds nothing [max]'],
    ],
    [requirement('{metric: accuracy}'), ['3:7 a requirement has exactly one of min, max, notWorseBy']],
    [
      requirement('{metric: accuracy, min: 95%, notWorseBy: 1%}'),
      ['3:7 a requirement has exactly one of min, max, notWorseBy'],
    ],
    [
      requirement('{metric: accuracy, min: 95}'),
      ['3:31 expected a percentage or a number from 0 to 1, got 95 [95%]'],
    ],
    [requirement('{metric: accuracy, min: 1}'), ['3:31 1 could mean 1% or 100% [100% or 1%]']],
    [
      requirement('{metric: accuracy, min: 500ms}'),
      ['3:31 "500ms" is not a percentage [a number and %, such as 5%]'],
    ],
    [
      requirement('{metric: latency_p99_ms, max: 5%}'),
      ['3:37 "5%" is not a duration: write a number and one of ms, s, m, h, d, such as 30s'],
    ],
    ['guards: {errors: {margin: 0%}}', ['1:27 0% is out of range: it must lie between 0% and 100%']],
    ['guards: {errors: {margn: 1%}}', ['1:19 unknown key "margn" [margin]']],
    ['guards: {errors: of}', ['1:18 "of" is not one of off [off]']],
    ['alpha: {rollback: 5}', ['1:19 expected a percentage or a number from 0 to 1, got 5 [5%]']],
    ['alpha: {rollback: 50%}', ['1:19 50% is out of range: it must lie between 0% and 50%']],
    ['alpha: {rollback: 0}', ['1:19 0 is out of range: it must lie between 0% and 50%']],
    ['alpha: {advance: 0.5}', ['1:18 0.5 is out of range: it must lie between 0% and 50%']],
    ['alpha: {advance: -1%}', ['1:18 "-1%" is not a percentage [a number and %, such as 5%]']],
    ['alpha: {rollback: .nan}', ['1:19 expected a percentage or a number from 0 to 1, got NaN']],
    ['alpha: {rollback: .inf}', ['1:19 expected a percentage or a number from 0 to 1, got Infinity']],
    ['guards: {erors: off}', ['1:10 unknown key "erors" [errors]']],
    ['guards: {cost: {bound: 5%}}', ['1:17 unknown key "bound"']],
    ['approvals: -1', ['1:12 -1 is out of range: from 0 to 20']],
    ['whenRunning: wait', ['1:14 "wait" is not one of supersede, queue, refuse']],
    ['hold: {holdback: 50%}', ['1:18 50% is out of range: from 0% to 49%']],
    ['hold: 10m', ['1:7 expected a map, got "10m"']],
    [
      'strategies: [canary, blue_green]',
      [
        '1:22 "blue_green" is not one of canary, shadow, blue-green, rolling, all-at-once, stages [blue-green]',
      ],
    ],
    ['strategies: []', ['1:13 at least one strategy must be allowed']],
    ['lease: 0s', ['1:8 a duration above zero is needed here']],
  ])('%s', (text, problems) => {
    expect(seen(text)).toEqual(problems);
  });
});

test('everything that can be said', () => {
  const text = `
evaluation:
  require:
    - {metric: accuracy, min: 95%}
    - {metric: f1, notWorseBy: 0.01}
    - {metric: latency_p99_ms, max: 500}
    - {metric: latency_p50_ms, notWorseBy: 0.5s}
    - {metric: error_rate, max: 1%}
  inconclusive: pass
  confidence: 0.99
  load: skip
guards: {errors: {margin: 1%, bound: 5%}, slow: off, invalid: off, judge: off, cost: {margin: 10%}, score: off, disagree: {bound: 20%}}
alpha: {rollback: 1%, advance: 10%}
approvals: 2
whenRunning: queue
hold: {duration: 1h, holdback: 2%}
minimum: 1m
timeout: 2h
lease: 30s
strategies: [canary, blue-green]
`;
  expect(readPolicy(text, 'policy.yaml')).toEqual({
    problems: [],
    config: {
      evaluation: {
        require: [
          { metric: 'accuracy', min: 0.95 },
          { metric: 'f1', notWorseBy: 0.01 },
          { metric: 'latency_p99_ms', max: 500 },
          { metric: 'latency_p50_ms', notWorseBy: 500 },
          { metric: 'error_rate', max: 0.01 },
        ],
        inconclusive: 'pass',
        confidence: 0.99,
        load: 'skip',
      },
      guards: [
        { name: 'errors', marginShare: 0.01, boundShare: 0.05 },
        { name: 'client-errors', marginShare: 0.02, boundShare: null },
        { name: 'feedback', marginShare: 0.02, boundShare: null },
        { name: 'cost', marginShare: 0.1, boundShare: null },
        { name: 'disagree', marginShare: 0, boundShare: 0.2 },
      ],
      metrics: [],
      alpha: { rollback: 0.01, advance: 0.1 },
      approvals: 2,
      whenRunning: 'queue',
      hold: { durationMs: 3_600_000, holdbackShare: 0.02 },
      minimumMs: 60_000,
      timeoutMs: 7_200_000,
      leaseMs: 30_000,
      strategies: ['canary', 'blue-green'],
    },
  });
});

test('without a word', () => {
  expect(readPolicy('', 'policy.yaml').config).toEqual({
    evaluation: { require: [], inconclusive: 'fail', confidence: 0.95, load: 'refuse' },
    guards: [
      { name: 'errors', marginShare: 0.02, boundShare: null },
      { name: 'client-errors', marginShare: 0.02, boundShare: null },
      { name: 'slow', marginShare: 0.02, boundShare: null },
      { name: 'invalid', marginShare: 0.02, boundShare: null },
      { name: 'feedback', marginShare: 0.02, boundShare: null },
      { name: 'judge', marginShare: 0.05, boundShare: null },
      { name: 'cost', marginShare: 0.05, boundShare: null },
      { name: 'score', marginShare: 0.05, boundShare: null },
      { name: 'disagree', marginShare: 0, boundShare: 0.1 },
    ],
    metrics: [],
    alpha: { rollback: 0.001, advance: 0.05 },
    approvals: 0,
    whenRunning: 'supersede',
    hold: { durationMs: 600_000, holdbackShare: 0.01 },
    minimumMs: 10_000,
    timeoutMs: 3_600_000,
    leaseMs: 120_000,
    strategies: null,
  });
});
