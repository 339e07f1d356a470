import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunSummary } from '../../core/evaluation/run/run-record.ts';
import type { Bench } from '../testing/run-plan.ts';
import { addUp, openBench, planOf, scorerOf, sums } from '../testing/run-plan.ts';
import type { Answerer } from '../testing/serve-answers.ts';
import { judgeFile } from './judge-file.ts';

let bench: Bench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.remove());

const down: Answerer = (_, response) => {
  response.statusCode = 500;
  response.end('down');
};

const judged = async (summary: RunSummary) => {
  const judge = judgeFile({
    golden: 'sha256:0',
    ownCount: 0,
    requirements: [],
    leftOut: [],
    comparedWith: null,
  });
  return (await judge({ path: '', summary, notes: [] })).result.verdict;
};

it('fails a release that answers nothing, and none because a scorer is down', async () => {
  const scorerDown = await bench.serve(down);
  const how = {
    kind: 'http',
    url: scorerDown.url,
    headers: {},
    better: 'higher',
    range: [0, 1],
    version: '1',
    timeoutMs: 5_000,
  } as const;
  const { url } = await bench.serve(addUp);
  const scorers = [scorerOf('own', { how })];
  const unscored = await bench.run(planOf(url, { scorers }), sums(40));
  expect(unscored.summary).toMatchObject({ stoppedBy: 'errors', unanswered: 0, verdict: 'inconclusive' });
  expect(await judged(unscored.summary)).toBe('inconclusive');
  const silent = await bench.run(planOf((await bench.serve(down)).url), sums(40));
  expect(silent.summary).toMatchObject({ stoppedBy: 'errors', unanswered: silent.summary.cases });
  expect(await judged(silent.summary)).toBe('fail');
  const { unanswered: _, ...early } = silent.summary;
  expect(await judged(early)).toBe('fail');
});
