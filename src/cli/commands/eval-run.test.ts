import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addUp, sums } from '../../evaluate/testing/run-plan.ts';
import type { Answerer, AnswerServer } from '../../evaluate/testing/serve-answers.ts';
import { serveAnswers } from '../../evaluate/testing/serve-answers.ts';
import type { CliIo } from '../cli-io.ts';
import { runInProcess } from '../testing/run-in-process.ts';

let cwd: string;
let server: AnswerServer | null = null;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tidegate-eval-run-'));
});
afterEach(async () => {
  await server?.close();
  server = null;
  rmSync(cwd, { recursive: true, force: true });
});
const serve = async (answerer: Answerer): Promise<string> => {
  server = await serveAnswers(answerer);
  return server.url;
};
const write = (name: string, text: string): void => writeFileSync(join(cwd, name), text);
const writeCases = (count: number): void =>
  write(
    'golden.jsonl',
    sums(count)
      .map((one) => JSON.stringify(one))
      .join('\n'),
  );
const evalRun = (args: readonly string[] = [], io: Partial<CliIo> = {}) =>
  runInProcess(['eval', 'run', ...args], { cwd, ...io });
const runs = (): string[] =>
  readdirSync(join(cwd, '.tidegate', 'evaluations')).filter((name) => name.endsWith('.jsonl'));

describe('tidegate eval run', () => {
  it('needs no file for an endpoint and a golden set', async () => {
    writeCases(40);
    const url = await serve(addUp);
    const { code, out, err } = await evalRun(['--target', url, '--golden', 'golden.jsonl']);
    expect({ code, err }).toMatchObject({ code: 0 });
    expect(out).toContain('✔ pass');
    expect(out).toMatch(/exact +all +100\.00 %/);
    expect(runs()).toHaveLength(1);
  });

  it('takes what cannot be told as the command line says, so that environments may differ', async () => {
    writeCases(60);
    const file = `golden: golden.jsonl
target: {url: '${await serve(addUp)}'}
scorers: [exact]
require: [{metric: exact, min: 98.9%}]
`;
    write('tidegate-eval.yaml', file);
    expect((await evalRun()).code).toBe(5);
    expect((await evalRun(['--inconclusive', 'pass'])).code).toBe(0);
    write('tidegate-eval.yaml', `${file}inconclusive: pass\n`);
    expect((await evalRun(['--inconclusive', 'fail'])).code).toBe(5);
  });

  it.each([
    ['0 when what is required was shown', 'min: 90%', 'fail', 0, '✔ pass'],
    ['3 when it was shown to be missed', 'max: 50%', 'fail', 3, '✘ fail'],
    ['5 when it cannot be told', 'min: 98.9%', 'fail', 5, '? inconclusive'],
    ['0 when it cannot be told and that may pass', 'min: 98.9%', 'pass', 0, '? inconclusive'],
  ])('ends with %s', async (_, bound, inconclusive, code, shown) => {
    writeCases(60);
    write(
      'tidegate-eval.yaml',
      `golden: golden.jsonl
target: {url: '${await serve(addUp)}'}
scorers: [exact]
require: [{metric: exact, ${bound}}]
inconclusive: ${inconclusive}
`,
    );
    const result = await evalRun();
    expect(result.code, result.err).toBe(code);
    expect(result.out).toContain(shown);
  });

  it('fills in secrets from the environment and writes them nowhere', async () => {
    writeCases(10);
    const url = await serve((body, response) => {
      if (response.req.headers.authorization === 'Bearer top-secret-1') return addUp(body);
      response.statusCode = 401;
      response.end(`not ${response.req.headers.authorization}`);
    });
    write(
      'tidegate-eval.yaml',
      `golden: golden.jsonl
target: {url: '${url}', headers: {authorization: 'Bearer \${env:EVAL_KEY}'}}
scorers: [exact]
`,
    );
    const missing = await evalRun();
    expect(missing.code).toBe(2);
    expect(missing.err).toContain('EVAL_KEY is not set in the environment');
    const refused = await evalRun([], { env: { EVAL_KEY: 'wrong-secret' } });
    expect(refused.out + refused.err).toContain('HTTP 401: not Bearer ***');
    expect((await evalRun([], { env: { EVAL_KEY: 'top-secret-1' } })).code).toBe(0);
    const written = runs().map((name) => readFileSync(join(cwd, '.tidegate', 'evaluations', name), 'utf8'));
    expect(written.join('')).not.toMatch(/top-secret|wrong-secret/);
  });

  it('says how to go on when it is interrupted, and goes on', async () => {
    writeCases(60);
    const interrupt = new AbortController();
    const url = await serve((body, _, call) => {
      if (call === 30) interrupt.abort();
      return addUp(body);
    });
    const args = ['--target', url, '--golden', 'golden.jsonl'];
    const stopped = await evalRun(args, { interrupted: interrupt.signal });
    expect(stopped.code).toBe(130);
    const [, id = ''] = /Go on with: tidegate eval run --resume (\S+)/.exec(stopped.err) ?? [];
    expect(id).not.toBe('');
    const resumed = await evalRun([...args, '--resume', id.slice(0, 17)]);
    expect(resumed.code, resumed.err).toBe(0);
    expect(runs()).toEqual([`${id}.jsonl`]);
  });

  it('names every broken line of a golden set', async () => {
    write('golden.jsonl', '{"id":"a","input":"x"}\n{"id":"b"}\n{"id":"c","input": nul}\n');
    const { code, err } = await evalRun(['--target', 'http://127.0.0.1:1/', '--golden', 'golden.jsonl']);
    expect(code).toBe(2);
    expect(err).toContain('golden.jsonl line 2 has no "input" (it has "id")');
    expect(err).toContain(':3:20: is not valid JSON');
  });

  it('writes reports by the endings of their files, and refuses another ending before it asks anything', async () => {
    writeCases(12);
    const url = await serve(addUp);
    const args = ['--target', url, '--golden', 'golden.jsonl'];
    const refused = await evalRun([...args, '-o', 'report.pdf']);
    expect(refused.code).toBe(2);
    expect(server!.asked).toEqual([]);
    const files = ['out/a.html', 'out/a.json', 'out/a.md', 'out/a.xml', 'out/a.txt'];
    const written = await evalRun([...args, ...files.flatMap((file) => ['-o', file])]);
    expect(written.code, written.err).toBe(0);
    const [html, json, markdown, junit, text] = files.map((name) => readFileSync(join(cwd, name), 'utf8'));
    expect(html).toMatch(/^<!doctype html>/i);
    expect(() => JSON.parse(json!)).not.toThrow();
    expect(markdown).toContain('exact');
    expect(junit).toContain('<testsuite');
    expect(text).toContain('✔ pass');
  });

  it('says what to write where there is no file', async () => {
    const { code, err } = await evalRun();
    expect(code).toBe(2);
    expect(err).toContain('There is no tidegate-eval.yaml here');
  });

  it('tells cases that were trained on, and notes them in the result', async () => {
    writeCases(5);
    write('train.jsonl', '{"input": "3+3"}\n');
    write(
      'tidegate-eval.yaml',
      `golden: golden.jsonl
trainingData: train.jsonl
target: {url: '${await serve(addUp)}'}
scorers: [exact]
`,
    );
    const { err, out } = await evalRun();
    expect(err).toContain('the case "c3" also stands in the training data, line 1');
    expect(out).toContain('1 of 5 cases also stand in the training data');
  });

  it('compares with an earlier run', async () => {
    writeCases(60);
    const url = await serve((body, _, call) => (call <= 60 ? addUp(body) : 'wrong'));
    write(
      'tidegate-eval.yaml',
      `golden: golden.jsonl
target: {url: '${url}'}
scorers: [exact]
require: [{metric: exact, notWorseBy: 1%}]
`,
    );
    expect((await evalRun()).code).toBe(2);
    const args = ['--target', url, '--golden', 'golden.jsonl'];
    rmSync(join(cwd, 'tidegate-eval.yaml'));
    expect((await evalRun(args)).code).toBe(0);
    const [earlier = ''] = runs();
    write(
      'tidegate-eval.yaml',
      `golden: golden.jsonl
target: {url: '${url}'}
scorers: [exact]
require: [{metric: exact, notWorseBy: 1%}]
`,
    );
    const compared = await evalRun(['--baseline', earlier.slice(0, 15)]);
    expect(compared.code, compared.err).toBe(3);
    expect(compared.out).toContain('BASELINE');
  });
});
