import { afterEach, beforeEach, expect, it } from 'vitest';
import { htmlReport } from '../report/run/html-report.ts';
import { markdownReport } from '../report/run/markdown-report.ts';
import { reportRun } from '../report/run/run-report.ts';
import type { Bench } from '../testing/run-plan.ts';
import { openBench, planOf, repeatsOf, scorerOf } from '../testing/run-plan.ts';

let bench: Bench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.remove());

it('shows which label was answered where which was expected, once for scorers of the same labels', async () => {
  const { url } = await bench.serve((input) =>
    input === 'q3' ? { no: 'label' } : input === 'q2' ? 'ham' : 'spam',
  );
  const plan = planOf(url, { scorers: [scorerOf('accuracy'), scorerOf('mcc'), scorerOf('exact')] });
  const { summary, path } = await bench.run(
    plan,
    ['spam', 'ham', 'ham', 'spam'].map((expected, i) => ({ id: `c${i}`, input: `q${i}`, expected })),
  );
  expect(summary.confusion).toEqual([
    {
      metrics: ['accuracy', 'mcc'],
      labels: ['ham', 'spam'],
      otherLabels: 0,
      counts: [
        [1, 1],
        [0, 1],
      ],
      unanswered: [0, 1],
    },
  ]);
  const report = await reportRun(path);
  expect(markdownReport(report)).toContain(
    '## Labels (accuracy, mcc)\n\n| expected \\\\ answered | ham | spam | no label |\n| --- | ---: | ---: | ---: |\n| ham | 1 | 1 | · |\n| spam | · | 1 | 1 |',
  );
  expect(await htmlReport(report)).toContain('"confusions":[{"of":"accuracy, mcc"');
});

it('counts a case once, however often it was repeated', async () => {
  const { url } = await bench.serve((_input, _response, call) => (call === 3 ? 'ham' : 'spam'));
  const plan = planOf(url, { scorers: [scorerOf('accuracy')], repeats: repeatsOf(3), concurrency: 1 });
  const { summary } = await bench.run(
    plan,
    ['q0', 'q1'].map((input) => ({ id: input, input, expected: 'spam', weight: 3 })),
  );
  expect(summary.confusion![0]).toMatchObject({
    labels: ['ham', 'spam'],
    counts: [
      [0, 0],
      [1, 5],
    ],
  });
});
