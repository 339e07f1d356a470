import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { ScorerMethod, ScorerSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import type { AnswerServer } from '../testing/serve-answers.ts';
import { serveAnswers } from '../testing/serve-answers.ts';
import type { OpenMetric } from './open-metric.ts';
import { openMetric } from './open-metric.ts';
import { toolSchemas } from './tool-schemas.ts';

const directory = mkdtempSync(join(tmpdir(), 'tidegate-scorers-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let open: (OpenMetric | AnswerServer)[] = [];
afterEach(async () => {
  await Promise.all(open.map((one) => one.close()));
  open = [];
});

const own = { timeoutMs: 5_000, better: 'higher', range: [0, 1], version: '1' } as const;
const metricOf = (
  how: ScorerMethod,
  more: Partial<ScorerSpec> = {},
  tools: string | null = null,
): OpenMetric => {
  const spec = { name: 'own', how, from: '', expected: '/expected', group: null, positive: null, ...more };
  const metric = openMetric(spec, { surroundings: toolSchemas(tools), fill: (text) => text });
  open.push(metric);
  return metric;
};
const fileOf = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const commandOf = (name: string, program: string, more: object = {}): ScorerMethod => ({
  kind: 'command',
  command: [process.execPath, fileOf(name, program)],
  directory,
  ...own,
  ...more,
});
const one: EvaluationCase = {
  id: 'a',
  input: 'q',
  expected: 'x',
  tags: ['t'],
  weight: 1,
  metadata: { m: 1 },
  position: 0,
};
const never = new AbortController().signal;
const LINES = "require('node:readline').createInterface({input:process.stdin}).on('line', (line) => {";

describe('a command that scores', () => {
  it('gets case and output, answers in any order, and may print other things', async () => {
    const metric = metricOf(
      commandOf(
        'echo.cjs',
        `console.log('ready');${LINES}
          const {id, case: c, output} = JSON.parse(line);
          setTimeout(() => console.log(JSON.stringify({id, score: output === c.expected ? 1 : 0.25, reason: c.metadata.m + output})), output === 'x' ? 50 : 0);
        })`,
      ),
    );
    const both = await Promise.all([metric.score(one, 'x', never), metric.score(one, 'y', never)]);
    expect(both).toEqual([
      { kind: 'score', score: 1, reason: '1x' },
      { kind: 'score', score: 0.25, reason: '1y' },
    ]);
  });

  it('fails one answer when it hangs on it, and scores the others', async () => {
    const metric = metricOf(
      commandOf(
        'hangs.cjs',
        `${LINES} const {id, output} = JSON.parse(line); if (output !== 'hang') console.log(JSON.stringify({id, score: 1})) })`,
        { timeoutMs: 600 },
      ),
    );
    expect(await metric.score(one, 'hang', never)).toEqual({
      kind: 'failed',
      detail: 'the scorer took longer than 600 ms',
    });
    expect(await metric.score(one, 'fine', never)).toMatchObject({ score: 1 });
  });

  it('is started again when it dies, and given up when it always does', async () => {
    const dies = metricOf(
      commandOf(
        'dies.cjs',
        `${LINES} const {id, output} = JSON.parse(line); if (output === 'die') process.exit(7); console.log(JSON.stringify({id, score: 1})) })`,
      ),
    );
    expect(await dies.score(one, 'die', never)).toEqual({
      kind: 'failed',
      detail: 'the scorer ended with code 7',
    });
    const missing = metricOf({ kind: 'command', command: [join(directory, 'none')], directory, ...own });
    expect(await missing.score(one, 'x', never)).toMatchObject({
      detail: expect.stringContaining('cannot be started'),
    });
    expect(await missing.score(one, 'x', never)).toMatchObject({ kind: 'failed' });
  });

  it.each([
    ['{"score": 2}', 'the scorer gave 2, which is not from 0 to 1'],
    ['{"score": "good"}', 'the scorer gave no number under "score"'],
    ['{"error": "no such model"}', 'the scorer says: no such model'],
  ])('fails with %s', async (reply, detail) => {
    const metric = metricOf(
      commandOf('bad.cjs', `${LINES} console.log(JSON.stringify({...${reply}, id: JSON.parse(line).id})) })`),
    );
    expect(await metric.score(one, 'x', never)).toEqual({ kind: 'failed', detail });
  });

  it('does not outlive an interruption', async () => {
    const metric = metricOf(commandOf('waits.cjs', `${LINES} })`));
    const interrupt = new AbortController();
    const scoring = metric.score(one, 'x', interrupt.signal);
    interrupt.abort();
    await expect(scoring).rejects.toThrow();
  });
});

describe('a module that scores', () => {
  it('may be TypeScript, asynchronous, and give a number, a truth or a map', async () => {
    const metric = metricOf({
      kind: 'module',
      file: fileOf(
        'score.ts',
        `export default async (one: {expected: string}, output: string) => {
          console.log('not a reply');
          if (output === 'throw') throw new Error('cannot score this');
          return output === 'map' ? {score: 0.5, reason: 'half'} : output === one.expected;
        };`,
      ),
      ...own,
    });
    expect(await metric.score(one, 'x', never)).toEqual({ kind: 'score', score: 1, reason: null });
    expect(await metric.score(one, 'map', never)).toEqual({ kind: 'score', score: 0.5, reason: 'half' });
    expect(await metric.score(one, 'throw', never)).toEqual({
      kind: 'failed',
      detail: 'the scorer says: cannot score this',
    });
    expect(metric.measured.signature).toMatch(/^module\|sha256:[0-9a-f]{64}\|v:1$/);
  });

  it('may be a function as autoevals has them', async () => {
    const text = `export default async ({ input, output, expected }) =>
      ({ name: 'Same', score: output === expected ? 1 : 0, metadata: { rationale: input + ' was asked' } });`;
    const metric = metricOf({ kind: 'module', file: fileOf('autoevals.ts', text), ...own });
    expect(await metric.score(one, 'x', never)).toEqual({ kind: 'score', score: 1, reason: 'q was asked' });
  });

  it('says what is wrong with a module that is none', async () => {
    const metric = metricOf({ kind: 'module', file: fileOf('none.ts', 'export const a = 1;'), ...own });
    expect(await metric.score(one, 'x', never)).toMatchObject({
      detail: expect.stringContaining('has no function as its default export'),
    });
  });
});

describe('an endpoint that scores', () => {
  it('gets case and output, and fails an answer that it does not score', async () => {
    const server = await serveAnswers((body, response) => {
      const { case: given, output } = body as { case: { expected: string }; output: string };
      if (output === 'hang') return undefined;
      if (output === 'broken') {
        response.statusCode = 500;
        return {};
      }
      return { score: output === given.expected ? 1 : 0, reason: 'compared' };
    });
    open.push(server);
    const metric = metricOf({
      kind: 'http',
      url: server.url,
      headers: { 'x-key': 'k' },
      ...own,
      timeoutMs: 500,
    });
    expect(await metric.score(one, 'x', never)).toEqual({ kind: 'score', score: 1, reason: 'compared' });
    expect(server.headers[0]).toMatchObject({ 'x-key': 'k' });
    expect(await metric.score(one, 'broken', never)).toMatchObject({
      detail: 'the scorer answered HTTP 500',
    });
    expect(await metric.score(one, 'hang', never)).toMatchObject({
      detail: 'the scorer took longer than 500 ms',
    });
  });
});

describe('an endpoint that is too busy to score', () => {
  it('is asked again after as long as it says, within the time-out', async () => {
    let refusals = 0;
    const server = await serveAnswers((body, response) => {
      const { output } = body as { output: string };
      if (output !== 'busy' && (refusals += 1) > 2) return { score: 1 };
      response.statusCode = output === 'busy' ? 503 : 429;
      response.setHeader('retry-after', output === 'busy' ? '60' : '0.1');
      return {};
    });
    open.push(server);
    const metric = metricOf({ kind: 'http', url: server.url, headers: {}, ...own });
    expect(await metric.score(one, 'x', never)).toMatchObject({ score: 1 });
    expect(server.headers).toHaveLength(3);
    expect(await metric.score(one, 'busy', never)).toMatchObject({
      detail: expect.stringContaining('HTTP 503 at 1 attempt, retry-after 60'),
    });
  });
});

describe('JSON Schemas', () => {
  it('judge an output and say what is wrong with it', async () => {
    const schema = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] };
    const metric = metricOf({ kind: 'json-schema', schema });
    expect(await metric.score(one, '{"a":1}', never)).toEqual({ kind: 'score', score: 1, reason: null });
    expect(await metric.score(one, { a: 'x' }, never)).toEqual({
      kind: 'score',
      score: 0,
      reason: '/a must be integer',
    });
    expect(await metric.score(one, 'no JSON', never)).toMatchObject({ score: 0, reason: 'it is not JSON' });
  });

  it('tell valid tool calls from others', async () => {
    const tools = fileOf(
      'tools.json',
      JSON.stringify([
        { type: 'function', function: { name: 'pay', parameters: { type: 'object', required: ['sum'] } } },
      ]),
    );
    const how = { kind: 'registry', scorer: 'valid_tool_calls', options: {} } as const;
    const metric = metricOf(how, {}, tools);
    const calls = [
      { name: 'pay', arguments: { sum: 1 } },
      { name: 'pay', arguments: {} },
      { name: 'steal', arguments: {} },
      { name: 'pay', arguments: '{"sum":' },
    ];
    expect(await metric.score({ ...one, expected: [] }, calls, never)).toMatchObject({ score: 0.25 });
    expect(() => toolSchemas(fileOf('bad.json', '{}'))).toThrow(/cannot be used: it is no list/);
  });
});
