import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnswerServer } from '../../evaluate/testing/serve-answers.ts';
import { serveAnswers } from '../../evaluate/testing/serve-answers.ts';
import { runInProcess } from '../testing/run-in-process.ts';

let cwd: string;
let server: AnswerServer | null = null;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tidegate-eval-import-'));
});
afterEach(async () => {
  await server?.close();
  server = null;
  rmSync(cwd, { recursive: true, force: true });
});

const write = (name: string, text: string): void => writeFileSync(join(cwd, name), text);
const lines = (...values: unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('');
const golden = (name = 'golden.jsonl'): unknown[] =>
  readFileSync(join(cwd, name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const evaluation = (...args: string[]) => runInProcess(['eval', ...args], { cwd });
const imported = async (...args: string[]) => {
  const { code, out, err } = await evaluation('import', ...args, '-o', 'json');
  expect(code, err).toBe(0);
  return JSON.parse(out);
};
const runIds = (shown: { runs: { id: string }[] }): string[] => shown.runs.map(({ id }) => id);
const diffOf = async (a: string, b: string) => {
  const { code, out, err } = await evaluation('diff', a, b, '-o', 'json');
  expect(code, err).toBe(0);
  return out;
};

describe('tidegate eval import of a promptfoo configuration', () => {
  it('makes an evaluation that runs, with what was not carried over on the console', async () => {
    server = await serveAnswers((body) => ({
      reply: JSON.stringify(body).includes('open') ? 'We open at nine.' : 'As an AI I do not know.',
    }));
    write('hours.txt', 'When do you open?');
    write(
      'promptfooconfig.yaml',
      `description: Support
prompts: ['Answer: {{question}}']
providers:
  - {id: '${server.url}', config: {body: {q: '{{prompt}}'}, transformResponse: json.reply}}
defaultTest:
  assert: [{type: not-icontains, value: as an ai}]
tests:
  - vars: {question: file://hours.txt}
    assert: [{type: contains, value: nine}, {type: llm-rubric, value: polite}]
  - vars: {question: What does it cost?}
    assert: [{type: regex, value: 'euro|dollar'}]
  - file://more.csv
`,
    );
    write('more.csv', 'question,__expected\nAre you open today?,"contains-any: yes,open"\n');
    const { code, out, err } = await evaluation('import', 'promptfooconfig.yaml');
    expect(code, err).toBe(0);
    expect(out).toContain('✔ golden.jsonl: 3 cases');
    expect(out).toMatch(/assertion llm-rubric \(test 1\): it needs a model that judges/);
    expect(golden()[0]).toMatchObject({ id: 'test-1', input: 'Answer: When do you open?', expected: 'nine' });
    const run = await evaluation('run');
    expect(run.code, run.err).toBe(0);
    expect(server.asked).toContainEqual({ q: 'Answer: When do you open?' });
    expect(run.out).toMatch(/not-icontains +all +66\.67 %/);
    expect(run.out).toMatch(/contains +all +100\.00 %/);
    expect(run.out).toMatch(/regex +all +0\.00 %/);
  });

  it('writes over nothing unless told to, and asks for an address where no provider has one', async () => {
    write(
      'p.yaml',
      "prompts: ['{{q}}']\nproviders: [file://x.py]\ntests: [{vars: {q: a}, assert: [{type: equals, value: a}]}]\n",
    );
    expect((await evaluation('import', 'p.yaml')).err).toContain('None of its providers can be asked');
    expect((await evaluation('import', 'p.yaml', '--target', 'http://127.0.0.1:1/a')).code).toBe(0);
    const again = await evaluation('import', 'p.yaml', '--target', 'http://127.0.0.1:1/a');
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining('is there already') });
    expect((await evaluation('import', 'p.yaml', '--target', 'http://127.0.0.1:1/b', '--force')).code).toBe(
      0,
    );
    expect(readFileSync(join(cwd, 'tidegate-eval.yaml'), 'utf8')).toContain('http://127.0.0.1:1/b');
  });

  it('names the place of broken YAML, and says so when nothing in it can be measured', async () => {
    write('p.yaml', 'prompts: [a\ntests: {');
    expect(await evaluation('import', 'p.yaml')).toMatchObject({
      code: 2,
      err: expect.stringContaining('p.yaml line 2'),
    });
    write(
      'q.yaml',
      "prompts: ['{{q}}']\nproviders: ['http://127.0.0.1:1/']\ntests: [{vars: {q: a}, assert: [{type: python, value: x}]}]\n",
    );
    const { code, err } = await evaluation('import', 'q.yaml');
    expect(code).toBe(2);
    expect(err).toContain('assertion python: write it as an own scorer');
    expect(readdirSync(cwd)).toEqual(['p.yaml', 'q.yaml']);
  });
});

describe('tidegate eval import of cases', () => {
  it('takes samples of OpenAI’s evals', async () => {
    write(
      'samples.jsonl',
      lines(
        { input: [{ role: 'user', content: '2+2' }], ideal: ['4', 'four'] },
        { input: 'x', ideal: 'y', level: 3 },
      ),
    );
    expect(await imported('samples.jsonl')).toMatchObject({
      format: 'openai-evals',
      cases: 2,
      withExpected: 2,
    });
    expect(golden()).toEqual([
      { id: 'row-1', input: [{ role: 'user', content: '2+2' }], expected: ['4', 'four'] },
      { id: 'row-2', input: 'x', expected: 'y', metadata: { level: 3 } },
    ]);
  });

  it('takes rows of data sets as they are usually shaped', async () => {
    write(
      'data.jsonl',
      lines(
        { id: 'a', question: 'Who?', answers: { text: ['Ada', 'Ada'], answer_start: [1, 5] }, context: 'c' },
        { instruction: 'Sum', input: '1, 2', output: '3' },
        {
          messages: [
            { role: 'user', content: 'Hi' },
            { role: 'assistant', content: 'Hello' },
          ],
        },
        {
          conversations: [
            { from: 'human', value: 'A?' },
            { from: 'gpt', value: 'B' },
          ],
          weight: 'heavy',
        },
        { idx: 7, text: 'nice', label: 1, tags: ['x'] },
      ),
    );
    await imported('data.jsonl', '--to', 'g.jsonl');
    expect(golden('g.jsonl')).toEqual([
      { id: 'a', input: 'Who?', expected: ['Ada'], metadata: { context: 'c' } },
      { id: 'row-2', input: 'Sum\n\n1, 2', expected: '3' },
      { id: 'row-3', input: [{ role: 'user', content: 'Hi' }], expected: 'Hello' },
      { id: 'row-4', input: [{ role: 'user', content: 'A?' }], expected: 'B', metadata: { weight: 'heavy' } },
      { id: '7', input: 'nice', expected: 1, tags: ['x'] },
    ]);
  });

  it('takes a JSON list of rows', async () => {
    write(
      'alpaca.json',
      JSON.stringify([{ instruction: 'Name a colour', input: '', output: 'red' }], null, 2),
    );
    expect(await imported('alpaca.json')).toMatchObject({ format: 'rows', cases: 1 });
    expect(golden()).toEqual([
      { id: 'row-1', input: 'Name a colour', expected: 'red', metadata: { input: '' } },
    ]);
    write('broken.json', '[{"text": "a"}, 3]');
    expect((await evaluation('import', 'broken.json', '--force')).err).toContain('Line 2 is no object');
  });

  it('takes fields as they are named, of tables too', async () => {
    write('faq.csv', 'q;reply;code\nOpen?;nine;17\n');
    await imported('faq.csv', '--fields', 'input=q,expected=reply,id=code');
    expect(golden()).toEqual([{ id: '17', input: 'Open?', expected: 'nine' }]);
  });

  it('makes a case of each judged TREC topic', async () => {
    write('qrels.txt', '301 0 d1 2\n301 0 d2 0\n302 0 d9 1\n');
    write('topics.tsv', '301\torganized crime\n302\tpolio\n');
    expect(await imported('qrels.txt', '--topics', 'topics.tsv')).toMatchObject({ cases: 2, leftOut: [] });
    expect(golden()[0]).toEqual({ id: '301', input: 'organized crime', expected: { d1: 2, d2: 0 } });
    const without = await imported('qrels.txt', '--force');
    expect(without.leftOut).toMatchObject([{ what: 'the texts of the topics' }]);
  });

  it('names every broken line, and leaves no file behind', async () => {
    write('bad.jsonl', `${lines({ input: 'a', ideal: 'b' })}{"input": \n${lines({ ideal: 'c' })}`);
    const { code, err } = await evaluation('import', 'bad.jsonl');
    expect(code).toBe(2);
    expect(err).toContain('Line 2 is not valid JSON');
    expect(err).toContain('3: has no "input"');
    write('twice.jsonl', lines({ id: 1, prompt: 'a' }, { id: 1, prompt: 'b' }));
    expect((await evaluation('import', 'twice.jsonl')).err).toContain('repeats the id "1" of line 1');
    write('what.txt', 'hello\n');
    expect((await evaluation('import', 'what.txt')).err).toContain('tells what it is');
    expect(readdirSync(cwd).sort()).toEqual(['bad.jsonl', 'twice.jsonl', 'what.txt']);
  });
});

const lmLine = (doc: number, filter: string, score: number, output: string) => ({
  doc_id: doc,
  doc: { question: `q${doc}` },
  target: 'yes',
  arguments: { gen_args_0: { arg_0: `Q: q${doc}`, arg_1: {} } },
  resps: [[output]],
  filtered_resps: [output],
  filter,
  metrics: ['exact_match', 'bleu'],
  exact_match: score,
  bleu: ['yes', output],
  doc_hash: 'x',
});

describe('tidegate eval import of results', () => {
  it('pairs lm-eval samples by doc_id, whatever their order, with the scores of every filter', async () => {
    const side = (right: readonly number[]) =>
      Array.from({ length: 12 }, (_, doc) => [
        lmLine(doc, 'strict', right.includes(doc) ? 1 : 0, right.includes(doc) ? 'yes' : 'no'),
        lmLine(doc, 'flexible', 1, 'yes'),
      ]).flat();
    write('samples_boolq_2026-11-20T10.jsonl', lines(...side([0, 1, 2])));
    write('other.jsonl', lines(...side([2, 3, 4, 5]).reverse()));
    const a = await imported('samples_boolq_2026-11-20T10.jsonl');
    const b = await imported('other.jsonl', '--label', 'model-b');
    expect(a.runs).toMatchObject([{ cases: 12, metrics: ['exact_match,strict', 'exact_match,flexible'] }]);
    expect(a.leftOut).toHaveLength(24);
    expect(a.leftOut[0]).toMatchObject({ what: 'score bleu' });
    const diff = JSON.parse(await diffOf(runIds(a)[0]!, runIds(b)[0]!));
    expect(diff.cases.counts ?? diff.counts ?? diff.pairs ?? diff).toMatchObject({ broken: 2, fixed: 3 });
  });

  it('makes a run of each promptfoo provider', async () => {
    const result = (testIdx: number, provider: string, success: boolean) => ({
      testIdx,
      promptIdx: 0,
      provider: { id: provider, label: '' },
      prompt: { raw: `q${testIdx}`, label: 'p' },
      vars: { q: testIdx },
      testCase: { assert: [{ type: 'contains', value: 'x' }], metadata: { topic: 't' } },
      response: { output: 'x', tokenUsage: { prompt: 3, completion: 2 } },
      success,
      score: success ? 1 : 0.5,
      latencyMs: 20,
      cost: 0.001,
      gradingResult: {
        componentResults: [{ pass: success, score: 1, reason: 'no x', assertion: { type: 'contains' } }],
      },
      failureReason: success ? 0 : 1,
    });
    const failed = {
      ...result(2, 'a', false),
      response: undefined,
      error: 'API error: 500',
      failureReason: 2,
    };
    write(
      'out.json',
      JSON.stringify(
        {
          evalId: 'eval-1',
          results: {
            version: 3,
            timestamp: '2026-11-01T10:00:00.000Z',
            results: [
              result(0, 'a', true),
              result(1, 'a', false),
              failed,
              result(0, 'b', true),
              result(1, 'b', true),
              result(2, 'b', true),
            ],
          },
          config: { description: 'Suite' },
        },
        null,
        2,
      ),
    );
    const shown = await imported('out.json');
    expect(shown.runs).toMatchObject([
      { label: 'a', cases: 3, metrics: ['pass', 'score', 'contains'] },
      { label: 'b', cases: 3 },
    ]);
    const [a = '', b = ''] = runIds(shown);
    const report = await evaluation('report', a);
    expect(report.out).toContain('1 error');
    expect(report.out).toContain('imported from a file of promptfoo');
    expect(JSON.parse(await diffOf(a, b))).toBeTruthy();
  });

  it('reads a log of OpenAI’s evals', async () => {
    const event = (sample: string, type: string, data: object) => ({
      run_id: 'r',
      event_id: 1,
      sample_id: sample,
      type,
      data,
    });
    write(
      'log.jsonl',
      lines(
        {
          spec: {
            run_id: 'r',
            eval_name: 'math.dev',
            completion_fns: ['gpt-4'],
            created_at: '2026-01-02T03:04:05Z',
          },
        },
        event('math.0', 'sampling', { prompt: [{ role: 'user', content: '1+1' }], sampled: ['2'] }),
        event('math.0', 'match', { correct: true, expected: '2', picked: '2', sampled: '2' }),
        event('math.1', 'sampling', { prompt: 'x', sampled: 'y' }),
        event('math.1', 'match', { correct: false, expected: 'z', picked: null }),
        event('math.1', 'embedding', {}),
        event('math.2', 'error', { type: 'Timeout', message: 'too slow' }),
        { final_report: { accuracy: 0.5 } },
      ),
    );
    const shown = await imported('log.jsonl');
    expect(shown).toMatchObject({
      format: 'openai-evals-log',
      runs: [{ label: 'gpt-4', cases: 3, metrics: ['match'] }],
      leftOut: [{ what: 'event embedding', where: 'line 6' }],
    });
  });

  it('scores a TREC run by its judgements, as an evaluation here would', async () => {
    write('qrels', 'q1 0 a 1\nq1 0 b 0\nq2 0 c 2\nq3 0 d 1\n');
    write('bm25', 'q1 Q0 b 1 9.5 bm25\nq1 Q0 a 2 3.5 bm25\nq2 Q0 c 1 1 bm25\nq9 Q0 z 1 1 bm25\n');
    expect((await evaluation('import', 'bm25')).err).toContain('--qrels');
    const shown = await imported('bm25', '--qrels', 'qrels');
    expect(shown.leftOut).toEqual([{ what: 'a topic', why: 'nothing judges it', where: 'topic q9' }]);
    const [id = ''] = runIds(shown);
    const { out } = await evaluation('report', id, '-o', 'json');
    const { metrics } = JSON.parse(out).summary ?? JSON.parse(out);
    const mrr = metrics.find(
      ({ metric, slice }: { metric: string; slice: unknown }) => metric === 'mrr' && slice === null,
    );
    expect(mrr.candidate.value).toBeCloseTo((0.5 + 1 + 0) / 3, 12);
    write('broken', 'q1 Q0 a 1 9 t\nq1 Q0 b 1 high t\n');
    expect((await evaluation('import', 'broken', '--as', 'trec-run', '--qrels', 'qrels')).err).toContain(
      'broken line 2',
    );
    mkdirSync(join(cwd, 'directory'));
    expect((await evaluation('import', 'directory')).code).toBe(2);
  });
});
