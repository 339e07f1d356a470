import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { honestRule, judgeAnswerer } from '../../evaluate/judging/testing/judge-answerer.ts';
import { addUp, sums } from '../../evaluate/testing/run-plan.ts';
import type { AnswerServer } from '../../evaluate/testing/serve-answers.ts';
import { serveAnswers } from '../../evaluate/testing/serve-answers.ts';
import { runInProcess } from '../testing/run-in-process.ts';

let cwd: string;
let target: AnswerServer;
let judge: AnswerServer;
beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'tidegate-calibrate-'));
  target = await serveAnswers(addUp);
  judge = await serveAnswers(judgeAnswerer(honestRule));
});
afterEach(async () => {
  await Promise.all([target.close(), judge.close()]);
  rmSync(cwd, { recursive: true, force: true });
});

const write = (name: string, text: string): void => writeFileSync(join(cwd, name), text);
const lines = (rows: readonly object[]): string => rows.map((row) => JSON.stringify(row)).join('\n');
const tidegate = (...args: string[]) =>
  runInProcess(['eval', ...args], { cwd, env: { JUDGE_KEY: 'judge-key-1' } });

const writeEvaluation = (leastKappa: number): void => {
  write('golden.jsonl', lines(sums(60)));
  write(
    'tidegate-eval.yaml',
    `golden: golden.jsonl
target: {url: '${target.url}'}
scorers:
  - scorer: judge
    name: right
    endpoint: {url: '${judge.url}', model: judge-1, apiKey: 'env:JUDGE_KEY', parameters: {temperature: 0}}
    rubric: The sum must be right.
    calibration: right.calibration.json
require:
  - {metric: right, min: 90%, leastKappa: ${leastKappa}}
`,
  );
};
const writeLabels = (others: number): void =>
  write(
    'labels.jsonl',
    lines(
      sums(80).map((one, i) => ({
        ...one,
        output: i % 2 === 0 ? one.expected : 'x',
        label: (i % 2 === 0) !== i < others ? 5 : 2,
      })),
    ),
  );

it('shows how well a judge agrees with people, after which the judge may decide', async () => {
  writeEvaluation(0.7);
  writeLabels(8);
  const refused = await tidegate('run');
  expect(refused.code).toBe(2);
  expect(refused.err).toContain('The judge right may not decide "right at least 90%, kappa at least 0.7"');
  expect(target.asked).toHaveLength(0);

  const { code, out, err } = await tidegate('calibrate', 'labels.jsonl');
  expect(code, err).toBe(0);
  expect(out).toContain('right (judge-1) and people on 80 answers: 72 judged alike');
  expect(out).toMatch(/PEOPLE \\ JUDGE +2 +5\n2 +36 +4\n5 +4 +36\n/);
  expect(out).toContain('kappa 0.800, at 95 % from 0.');
  expect(out).toContain('c0: people 2, judge 5: it is the reference');
  expect(judge.headers[0]!.authorization).toBe('Bearer judge-key-1');
  const written = readFileSync(join(cwd, 'right.calibration.json'), 'utf8');
  expect(JSON.parse(written)).toMatchObject({ scorer: 'right', labels: { count: 80 }, unjudged: 0 });
  expect(written).not.toContain('judge-key');

  // 0.8 of 80 labels does not show 0.7 to be reached.
  expect(out).toContain('The lower end does not reach 0.7');
  expect((await tidegate('run')).code).toBe(2);
  writeLabels(0);
  expect((await tidegate('calibrate', 'labels.jsonl')).out).toContain('The lower end reaches 0.7');
  const run = await tidegate('run');
  expect(run.code, run.err).toBe(0);
  expect(run.out).toContain('was compared with 80 labels of people: kappa 1.00');
});

it('says what is missing', async () => {
  writeEvaluation(0.7);
  write('labels.jsonl', lines([{ id: 'a', input: 'x', output: 'y', label: 'nice' }]));
  const bad = await tidegate('calibrate', 'labels.jsonl');
  expect(bad.code).toBe(2);
  expect(bad.err).toContain('"a" has the label "nice"');
  expect(bad.err).toContain('one of 1, 2, 3, 4, 5');
  const unknown = await tidegate('calibrate', 'labels.jsonl', '--scorer', 'wrong');
  expect(unknown.err).toContain('The file has no judge wrong; it has right.');
  const text = readFileSync(join(cwd, 'tidegate-eval.yaml'), 'utf8');
  write('tidegate-eval.yaml', text.replace(/ {4}calibration: .*\n/, '').replace(', leastKappa: 0.7', ''));
  expect((await tidegate('calibrate', 'labels.jsonl')).err).toContain('does not say where its calibration');
  expect(judge.asked).toHaveLength(0);
});
