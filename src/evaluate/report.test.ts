import { expect, it } from 'vitest';
import type { CaseOutcome } from '../core/evaluation/case-outcome.ts';
import { reachVerdict } from '../core/evaluation/verdict.ts';
import { renderEvaluation } from './report.ts';

const outcomes = (right: number, wrong: number): CaseOutcome[] =>
  Array.from({ length: right + wrong }, (_, i) => ({
    expected: 'spam',
    answered: i < right ? 'spam' : 'ham',
    latencyMs: 12.34,
    weight: 1,
  }));

const rendered = (stable: readonly CaseOutcome[] | null): string =>
  renderEvaluation({
    ...reachVerdict({
      requirements: [
        { metric: 'accuracy', min: 0.9 },
        { metric: 'accuracy', notWorseBy: 0.005 },
      ],
      candidate: outcomes(390, 10),
      stable,
      positive: 'spam',
      confidence: 0.95,
      ceilingMs: 1000,
      seed: 1,
    }),
    golden: `sha256:${'ab'.repeat(32)}`,
    comparedWith: stable === null ? null : `sha256:${'cd'.repeat(32)}`,
    notes: ['3 calls to warm up were not counted'],
    worst: [
      {
        id: 'mail\u001b[31m7',
        tags: [],
        expected: 'spam',
        weight: 1,
        candidate: { kind: 'answer', label: 'ham', latencyMs: 1 },
        stable:
          stable === null ? null : { kind: 'error', reason: 'status', detail: 'HTTP 500', latencyMs: 1 },
      },
    ],
  });

it('shows figures, requirements, wrong cases and notes', () => {
  expect(`${rendered(outcomes(392, 8))}\n`).toMatchInlineSnapshot(`
    "evaluation: inconclusive  400 cases, 0 errors, golden set abababababab, compared with cdcdcdcdcdcd

    metric             value      95 % interval  cases    stable       its interval
    accuracy         97.50 %   95.45 to 98.79 %    400   98.00 %   96.10 to 99.13 %
    precision       100.00 %  99.06 to 100.00 %    390  100.00 %  99.06 to 100.00 %
    recall           97.50 %   95.45 to 98.79 %    400   98.00 %   96.10 to 99.13 %
    f1               98.73 %   97.67 to 99.39 %    400   98.99 %   98.01 to 99.56 %
    error_rate        0.00 %     0.00 to 0.92 %    400    0.00 %     0.00 to 0.92 %
    latency_p50_ms   12.3 ms    12.3 to 12.3 ms    400   12.3 ms    12.3 to 12.3 ms
    latency_p95_ms   12.3 ms    12.3 to 12.3 ms    400   12.3 ms    12.3 to 12.3 ms
    latency_p99_ms   12.3 ms    12.3 to 12.3 ms    400   12.3 ms    12.3 to 12.3 ms

    requirements
      pass            accuracy: 97.50 % (95.45 % to 98.79 %, 400 cases) is at least 90 %
      inconclusive    accuracy: -0.50 points (-1.80 points to +0.46 points, 400 cases) may or may not be at most 0.5 points worse than stable; the estimate is too close to the bound for any number of cases to settle it

    wrong cases
      mail?[31m7  expected spam, got ham, stable an error (HTTP 500)

    notes
      3 calls to warm up were not counted
    "
  `);
});

it('leaves out the columns of stable when there is none, and says what does not apply', () => {
  const text = rendered(null);
  expect(text.split('\n')[2]).not.toContain('stable');
  expect(text).toContain('not-applicable  accuracy: there is no stable release to compare with');
});

it('lets no control character of an id or answer through', () => {
  expect(rendered(null)).not.toContain('\u001b');
});
