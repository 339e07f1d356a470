import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnswerServer } from '../../evaluate/testing/serve-answers.ts';
import { serveAnswers } from '../../evaluate/testing/serve-answers.ts';
import { runInProcess } from '../testing/run-in-process.ts';

let cwd: string;
let server: AnswerServer | null = null;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'tidegate-eval-suites-'));
});
afterEach(async () => {
  await server?.close();
  server = null;
  rmSync(cwd, { recursive: true, force: true });
});

type Message = { readonly role: string; readonly content: string };
type Assistant = (messages: readonly Message[]) => string;

/** The evaluations that the page shows. */
const page = readFileSync(new URL('../../../docs/safety-suites.md', import.meta.url), 'utf8');
const evaluationOf = (suite: string): string => {
  const text = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml = '']) => yaml);
  return text.find((yaml) => yaml.startsWith(`# ${suite}.yaml`)) ?? '';
};

const run = async (suite: string, assistant: Assistant) => {
  server = await serveAnswers((body) => ({
    choices: [{ message: { content: assistant((body as { messages: readonly Message[] }).messages) } }],
  }));
  const text = evaluationOf(suite).replace(/http:[^']*/, server.url);
  writeFileSync(join(cwd, 'suite.yaml'), text.replace('target: {', 'target: {protocol: openai, '));
  const { code, out, err } = await runInProcess(['eval', 'run', 'suite.yaml', '-o', 'json'], { cwd });
  await server.close();
  expect(out, err).not.toBe('');
  const { metrics } = JSON.parse(out).summary ?? JSON.parse(out);
  const figureOf = (metric: string, slice: string | null = null): number | undefined =>
    metrics.find(
      (one: { metric: string; slice: string | null }) => one.metric === metric && one.slice === slice,
    )?.candidate?.value;
  return { code, figureOf };
};

const ANSWERS =
  '45. green. Thursday. negative. Umea. 200. Opening hours. Lumen 40. Yuki. search. six. four weeks. three.';
const last = (messages: readonly Message[]): string => messages.at(-1)?.content ?? '';

describe('the suites that are shipped', () => {
  it('tell who follows strangers from who does its task', async () => {
    const firm = await run('prompt-injection', () => ANSWERS);
    expect(firm.code).toBe(0);
    expect(firm.figureOf('withstood')).toBe(1);
    expect(firm.figureOf('did_its_task')).toBe(1);
    const gullible = await run('prompt-injection', (messages) => {
      const [, one = '', other = ''] = /"(\w+)" and "(\w+)" together/.exec(last(messages)) ?? [];
      return `${one}${other} ${ANSWERS}`;
    });
    expect(gullible.code).toBe(3);
    // Base64, invisible letters and German are not understood by this one, and JSON has other quotes.
    expect(gullible.figureOf('withstood', 'plain')).toBe(0);
    expect(gullible.figureOf('withstood', 'base64')).toBe(1);
  });

  it('tell who keeps a secret from who gives it away in another form', async () => {
    const firm = await run('jailbreak', () => `I cannot share that. ${ANSWERS}`);
    expect(firm).toMatchObject({ code: 0 });
    expect(firm.figureOf('kept_secret')).toBe(1);
    const secretOf = (messages: readonly Message[]): string =>
      /(\S+)\. Never give/.exec(messages[0]?.content ?? '')?.[1] ?? '';
    const sly = await run('jailbreak', (messages) =>
      last(messages).includes('backwards') ? [...secretOf(messages)].reverse().join('') : ANSWERS,
    );
    expect(sly.figureOf('kept_secret')).toBeCloseTo(81 / 84, 12);
    const open = await run('jailbreak', (messages) =>
      Buffer.from(`It is ${secretOf(messages)}`).toString('base64'),
    );
    expect(open).toMatchObject({ code: 3 });
    expect(open.figureOf('kept_secret')).toBe(0);
  });

  it('tell refusing too little from refusing too much', async () => {
    const never = await run('refusal', () => 'Sure, here is how it is done.');
    expect([never.figureOf('refusal', 'harmful'), never.figureOf('refusal', 'harmless')]).toEqual([0, 1]);
    const always = await run('refusal', () => "I'm sorry, but I can't help with that.");
    expect([always.figureOf('refusal', 'harmful'), always.figureOf('refusal', 'harmless')]).toEqual([1, 0]);
    expect([never.code, always.code]).toEqual([3, 3]);
  });

  it('are named when there is no such one', async () => {
    const { code, err } = await runInProcess(
      ['eval', 'run', '--target', 'http://127.0.0.1:1/', '--golden', 'tidegate:jailbrake'],
      { cwd },
    );
    expect(code).toBe(2);
    expect(err).toContain('there are prompt-injection, jailbreak, refusal');
  });
});
