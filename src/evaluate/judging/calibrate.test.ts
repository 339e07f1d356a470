import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Calibration } from '../../core/judging/calibration.ts';
import type { JudgeMethod } from '../../core/judging/judge-method.ts';
import type { Bench } from '../testing/run-plan.ts';
import { addUp, atLeast, openBench, planOf, sums } from '../testing/run-plan.ts';
import { calibrate } from './calibrate.ts';
import { openKeptReplies } from './kept-replies.ts';
import { openModels } from './models.ts';
import { readCalibration } from './read-calibration.ts';
import { honestRule, judgeAnswerer } from './testing/judge-answerer.ts';
import { judgeScorer, RUBRIC } from './testing/judge-scorer.ts';

let bench: Bench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.remove());

const FIELDS = { id: 'id', input: 'input', expected: 'expected', tags: 'tags', weight: 'weight' };
const write = (name: string, rows: readonly object[]): string => {
  const path = join(bench.directory, name);
  writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'));
  return path;
};

const calibrated = async (scorer: ReturnType<typeof judgeScorer>, rows: readonly object[]) => {
  const kept = await openKeptReplies(join(bench.directory, 'judged', 'calibration.jsonl'));
  const models = openModels({
    kept,
    concurrency: 8,
    fill: (text) => text,
    secrets: [],
    random: () => 0.5,
  });
  try {
    return await calibrate({
      spec: scorer,
      judge: scorer.how as JudgeMethod,
      labels: write('labels.jsonl', rows),
      fields: FIELDS,
      weights: 'none',
      confidence: 0.95,
      concurrency: 4,
      models,
      nowMs: Date.now,
      signal: new AbortController().signal,
      onProgress: () => {},
    });
  } finally {
    await models.close();
  }
};

/** People say 5 of a right sum and 2 of a wrong one, but for a few that they see otherwise. */
const labels = (count: number, others = 0) =>
  sums(count).map((one, i) => {
    const isRight = i % 2 === 0;
    return { ...one, output: isRight ? one.expected : 'x', label: isRight !== i < others ? 5 : 2 };
  });

describe('a calibration', () => {
  it('counts what people and judge say, asks nothing twice, and shows where they differ most', async () => {
    const { url, asked } = await bench.serve(judgeAnswerer(honestRule));
    const scorer = judgeScorer(url, RUBRIC);
    const { calibration, disagreements } = await calibrated(scorer, labels(60, 6));
    expect(calibration).toMatchObject({
      model: 'judge-1',
      scorer: 'good',
      labels: { count: 60 },
      unjudged: 0,
      categories: ['1', '2', '3', '4', '5'],
      counts: [
        [0, 0, 0, 0, 0],
        [0, 27, 0, 0, 3],
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
        [0, 3, 0, 0, 27],
      ],
    });
    expect(calibration.kappa!.value).toBeCloseTo(0.8, 12);
    expect(disagreements[0]).toMatchObject({
      id: 'c0',
      people: '2',
      judge: '5',
      reason: 'it is the reference',
    });
    await calibrated(scorer, labels(60, 6));
    expect(asked).toHaveLength(60);
  });

  it('names labels that cannot be used before it asks anything', async () => {
    const { url, asked } = await bench.serve(judgeAnswerer(honestRule));
    const rows = [
      ...labels(3),
      { id: 'a', input: 'x', output: 'y', label: 'good' },
      { id: 'b', input: 'x', output: 'y' },
      { id: 'c', input: 'x', label: 5 },
    ];
    await expect(calibrated(judgeScorer(url, RUBRIC), rows)).rejects.toThrow(
      '"a" has the label "good"; "b" has no label; "c" has no output',
    );
    expect(asked).toHaveLength(0);
  });

  it('counts answers without a judgement', async () => {
    const { url } = await bench.serve(
      judgeAnswerer((question, response) =>
        question.quoted.get('request') === '3+3' ? 'hm' : honestRule(question, response),
      ),
    );
    const { calibration, faults } = await calibrated(judgeScorer(url, RUBRIC), labels(20));
    expect(calibration.unjudged).toBe(1);
    expect(faults).toEqual([expect.stringContaining('c3: judge-1 answered 2 times something else')]);
  });

  it('is no calibration when no answer was judged', async () => {
    const { url } = await bench.serve(judgeAnswerer(() => 'hm'));
    await expect(calibrated(judgeScorer(url, RUBRIC), labels(4))).rejects.toThrow(
      'good (judge-1) judged none of 4 labelled answers, the first with: c0: judge-1 answered 2 times',
    );
  });

  it('compares a pairwise judge with who people prefer', async () => {
    const { url } = await bench.serve(judgeAnswerer(honestRule));
    const task = { kind: 'pairwise', rubric: 'Be right.', other: null } as const;
    const rows = sums(12).map((one, i) => ({
      ...one,
      output: i % 3 === 0 ? 'x' : one.expected,
      other: i % 3 === 2 ? 'x' : one.expected,
      label: ['loss', 'tie', 'win'][i % 3],
    }));
    const { calibration } = await calibrated(judgeScorer(url, task), rows);
    expect(calibration.counts).toEqual([
      [4, 0, 0],
      [0, 4, 0],
      [0, 0, 4],
    ]);
  });
});

describe('a requirement that demands a kappa', () => {
  const plan = (target: string, judge: string, more: Partial<JudgeMethod> = {}, leastKappa = 0.5) =>
    planOf(target, {
      scorers: [judgeScorer(judge, RUBRIC, { calibration: join(bench.directory, 'cal.json'), ...more })],
      requirements: [{ ...atLeast('good', 0.5), leastKappa }],
    });
  const store = (calibration: Calibration): void =>
    writeFileSync(join(bench.directory, 'cal.json'), JSON.stringify(calibration));

  it('is refused before anything is asked, until exactly this judge was shown to agree with people so well', async () => {
    const target = await bench.serve(addUp);
    const { url } = await bench.serve(judgeAnswerer(honestRule));
    await expect(bench.run(plan(target.url, url), sums(10))).rejects.toMatchObject({
      code: 'judge-uncalibrated',
    });
    const { calibration } = await calibrated(judgeScorer(url, RUBRIC), labels(60, 6));
    store(calibration);
    // 0.8, but 60 labels do not show that it is more than 0.7.
    await expect(bench.run(plan(target.url, url, {}, 0.7), sums(10))).rejects.toThrow(
      'its kappa is 0.80, and may be as low as 0.5',
    );
    const other = { ...RUBRIC, rubric: 'The sum must be nice.' };
    for (const more of [{ task: other }, { repeats: { least: 2, most: 2, within: 0 } }])
      await expect(bench.run(plan(target.url, url, more), sums(10))).rejects.toThrow('another judge');
    expect(target.asked).toHaveLength(0);
    const { summary } = await bench.run(plan(target.url, url), sums(10));
    expect(summary.verdict).toBe('pass');
    expect(summary.notes.join()).toContain('compared with 60 labels of people: kappa 0.80 (0.5');
  });

  it('believes no file that is none, or whose counts do not add up', async () => {
    const path = join(bench.directory, 'cal.json');
    const { url } = await bench.serve(judgeAnswerer(honestRule));
    const { calibration } = await calibrated(judgeScorer(url, RUBRIC), labels(20));
    store(calibration);
    expect(readCalibration(path)).toEqual(JSON.parse(readFileSync(path, 'utf8')));
    for (const broken of [
      { ...calibration, schema: 2 },
      { ...calibration, labels: { ...calibration.labels, count: 19 } },
      { ...calibration, counts: calibration.counts.slice(1) },
      { ...calibration, counts: calibration.counts.map((row) => row.map((count) => -count)) },
    ]) {
      writeFileSync(path, JSON.stringify(broken));
      expect(readCalibration(path)).toBeNull();
    }
    writeFileSync(path, '{');
    expect(readCalibration(path)).toBeNull();
    expect(readCalibration(`${path}.not`)).toBeNull();
  });
});
