import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runInProcess } from '../testing/run-in-process.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tidegate-validate-'));
  mkdirSync(join(cwd, 'evals'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));
const write = (name: string, text: string): void => writeFileSync(join(cwd, name), text);
const validate = (...args: string[]) => runInProcess(['validate', ...args], { cwd });

const EVALUATION = `golden: golden.jsonl
target: {url: 'http://127.0.0.1:1/answer'}
scorers: [exact]
require: [{metric: exact, notWorseBy: 1%}]
`;
const SERVICE = 'service: demo\nrun: {command: [node, server.mjs]}\n';

describe('tidegate validate', () => {
  it('takes the file of an evaluation for what it is, whatever its name', async () => {
    write('evals/support.yaml', EVALUATION);
    expect(await validate('evals/support.yaml')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/valid .*support\.yaml/),
    });
    write('evals/support.yaml', EVALUATION.replace('metric: exact', 'metric: exakt'));
    const { code, err } = await validate('evals/support.yaml');
    expect(code).toBe(2);
    expect(err).toMatch(/support\.yaml:4:.*there is no metric exakt/);
  });

  it('finds it where there is no service, and checks it beside one', async () => {
    write('tidegate-eval.yaml', EVALUATION);
    expect(await validate()).toMatchObject({ code: 0, out: expect.stringContaining('tidegate-eval.yaml') });
    write('tidegate.yaml', SERVICE);
    write('tidegate-eval.yaml', EVALUATION.replace('scorers: [exact]', 'scorers: [exakt]'));
    const { code, out, err } = await validate();
    expect(code).toBe(2);
    expect(out).toMatch(/✘ invalid .*tidegate-eval\.yaml/);
    expect(err).toContain('exakt');
  });

  it('warns of a golden set that nothing is required of, where no policy and no file of its own requires anything', async () => {
    const service =
      'service: demo\nprotocol: open-inference\nrun: {command: node server.mjs}\nevaluate: {golden: golden.jsonl}\n';
    write('tidegate.yaml', service);
    write('golden.jsonl', '{"id":"1","input":{},"expected":"spam"}\n');
    const unasked =
      /tidegate\.yaml:4:1: warning: there is a golden set, and no requirement to hold it against/;
    expect(await validate()).toMatchObject({ code: 0, err: expect.stringMatching(unasked) });
    write('tidegate.server.yaml', 'environments: [{name: production, policy: policy.yaml}]\n');
    write('policy.yaml', 'evaluation: {require: [{metric: accuracy, min: 90%}]}\n');
    expect(await validate()).toMatchObject({ code: 0, err: '' });
    write('policy.yaml', '{}\n');
    expect((await validate()).err).toMatch(unasked);
    write('evals/own.yaml', EVALUATION);
    write('tidegate.yaml', service.replace('golden: golden.jsonl', 'file: evals/own.yaml'));
    expect(await validate()).toMatchObject({ code: 0, err: '' });
  });

  it('still takes everything else for a service', async () => {
    write('tidegate.yaml', 'servise: demo\n');
    const { code, err } = await validate('tidegate.yaml');
    expect(code).toBe(2);
    expect(err).toContain('servise');
  });
});
