import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunRequirement } from '../../core/evaluation/run/evaluation-plan.ts';
import { openMetric } from '../scoring/open-metric.ts';
import type { Bench } from '../testing/run-plan.ts';
import { atLeast, openBench, planOf, scorerOf, targetAt } from '../testing/run-plan.ts';

let bench: Bench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.remove());

const set = { about: 'set', mostErrorsShare: 0.2 } as const;
const atMost = (metric: string, value: number): RunRequirement => ({
  ...atLeast(metric, value),
  bound: { kind: 'max', value },
});
const cases = Array.from({ length: 70 }, (_, i) => ({
  id: `c${i}`,
  input: i,
  expected: i % 2 === 0 ? 'yes' : 'no',
}));

it('counts an answer that no score can be made of as the worst one', async () => {
  const { url } = await bench.serve((i) => (Number(i) % 10 === 0 ? 7 : Number(i) % 2 === 0 ? 1 : 0));
  const { summary, records } = await bench.run(
    planOf(url, { ...set, scorers: [scorerOf('brier')], requirements: [atMost('brier', 0.05)] }),
    cases,
  );
  expect(records[0]!.candidate[0]).toMatchObject({
    failures: { brier: { detail: '7 is no probability from 0 to 1', isOfAnswer: true } },
  });
  expect(summary).toMatchObject({ verdict: 'fail', requirements: [{ found: { value: 0.1 } }] });
});

it('ends a run in which an answer would spoil the score of the whole set', async () => {
  const { url } = await bench.serve((i) =>
    i === 3 ? { p: 7, all: { yes: 7 } } : { p: 0.5, all: { yes: 1 } },
  );
  const names = ['calibration_error', 'multiclass_roc_auc', 'top_label_calibration_error'];
  const scorers = names.map((name) => scorerOf(name, { from: name === 'calibration_error' ? '/p' : '/all' }));
  const { records, summary } = await bench.run(planOf(url, { scorers }), cases);
  expect(records[3]!.candidate[0]).toMatchObject({
    failures: Object.fromEntries(names.map((name) => [name, { isOfAnswer: true }])),
  });
  expect(summary).toMatchObject({ cases: 70, errors: 1 });
});

it('knows such an answer, too, where the record of it does not say so', () => {
  const { startSet } = openMetric(scorerOf('calibration_error'), {
    surroundings: { isValidCall: () => true },
    fill: (text) => text,
  });
  const collection = startSet!();
  const one = { id: 'a', position: 0, input: 'q', expected: true, tags: [], weight: 1, metadata: {} };
  expect([0.9, 7, undefined].map((output) => collection.add(one, output))).toEqual([
    'member',
    'unfit',
    'none',
  ]);
  expect(collection.finish()()).toBeCloseTo(0.1, 12);
});

it('takes what has no label for one that is never right, wherever the label is looked for', async () => {
  const answerer = await bench.serve((body, response) => {
    const i = Number(body);
    if (i % 7 !== 0) return { label: i % 2 === 0 ? 'yes' : 'no' };
    if (i % 14 === 0) return { text: 'no label' };
    response.statusCode = 500;
    response.end('down');
  });
  const found = [];
  for (const [output, from] of [
    ['/label', ''],
    [null, '/label'],
  ] as const) {
    const { summary } = await bench.run(
      planOf(answerer.url, {
        ...set,
        target: targetAt(answerer.url, { output }),
        scorers: [scorerOf('f1', { from })],
        requirements: [atLeast('f1', 0.97)],
      }),
      cases,
    );
    expect(summary.verdict).toBe('fail');
    found.push([summary.requirements[0]!.found!.value, summary.confusion![0]!.unanswered]);
  }
  expect(found[1]).toEqual(found[0]);
  expect(found[0]![1]).toEqual([5, 5]);
});

it('leaves labels that the baseline did not give out of the comparison', async () => {
  const good = await bench.serve((i) => ({ label: Number(i) % 2 === 0 ? 'yes' : 'no' }));
  const broken = await bench.serve((i, response) => {
    if (Number(i) % 7 !== 0) return { label: Number(i) % 2 === 0 ? 'yes' : 'no' };
    if (Number(i) % 14 === 0) return {};
    response.statusCode = 500;
    response.end('down');
  });
  const { summary } = await bench.run(
    planOf(good.url, {
      baseline: { kind: 'target', target: targetAt(broken.url) },
      scorers: [scorerOf('f1', { from: '/label' })],
    }),
    cases,
  );
  expect(summary.metrics.find(({ metric }) => metric === 'f1')).toMatchObject({
    candidate: { value: 1 },
    baseline: { value: 1 },
    difference: { value: 0 },
  });
});
