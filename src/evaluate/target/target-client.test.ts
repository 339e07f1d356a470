import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { TargetSpec } from '../../core/evaluation/run/evaluation-plan.ts';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import { targetAt } from '../testing/run-plan.ts';
import type { Answerer, AnswerServer } from '../testing/serve-answers.ts';
import { serveAnswers } from '../testing/serve-answers.ts';
import { retryAfterMs } from './retry-after.ts';
import type { TargetClient } from './target-client.ts';
import { targetClient } from './target-client.ts';

let open: (AnswerServer | TargetClient)[] = [];
afterEach(async () => {
  await Promise.all(open.map((one) => one.close()));
  open = [];
});
const serve = async (answerer: Answerer): Promise<AnswerServer> => {
  const server = await serveAnswers(answerer);
  open.push(server);
  return server;
};
const clientOf = (url: string, more: Partial<TargetSpec> = {}): TargetClient => {
  const client = targetClient({
    target: targetAt(url, more),
    concurrency: 2,
    secrets: [],
    random: () => 0.5,
  });
  open.push(client);
  return client;
};
const caseOf = (input: unknown, metadata: Record<string, unknown> = {}): EvaluationCase => ({
  id: 'a',
  input,
  expected: 'secret answer',
  tags: [],
  weight: 1,
  metadata,
  position: 0,
});
const never = new AbortController().signal;
const chat = (template: string) => ({ model: 'm', messages: [{ role: 'user', content: template }] });
/* What people write in their files. */
// biome-ignore-start lint/suspicious/noTemplateCurlyInString: placeholders of cases
const INPUT = '${input}';

describe('a request', () => {
  it('is filled with the parts of the case, and keeps their types', async () => {
    const { url, asked } = await serve(() => 'ok');
    const body = {
      whole: '${input}',
      member: '${input.q}',
      inside: 'Q: ${input.q} (${metadata.lang}) $${input}',
      list: ['${id}', 1, null],
    };
    await clientOf(url, { body }).ask(caseOf({ q: 7 }, { lang: 'de' }), never);
    expect(asked[0]).toEqual({
      whole: { q: 7 },
      member: 7,
      inside: 'Q: 7 (de) ${input}',
      list: ['a', 1, null],
    });
  });

  it.each([
    ['a field that the case lacks', '${metadata.none}', 'metadata.none'],
    ['what is expected', '${expected}', 'expected'],
  ])('cannot be filled with %s', async (_, template, name) => {
    const { url, asked } = await serve(() => 'ok');
    const answer = await clientOf(url, { body: template }).ask(caseOf('x'), never);
    expect(answer).toMatchObject({
      kind: 'error',
      reason: 'template',
      detail: expect.stringContaining(name),
    });
    expect(asked).toEqual([]);
  });

  it('has values in its address encoded', async () => {
    const { url } = await serve((_, response) => {
      response.end(JSON.stringify({ path: response.req.url }));
    });
    const client = clientOf(`${url}?q=${INPUT}`, { method: 'GET', output: '/path' });
    expect(await client.ask(caseOf('a b&c=ä'), never)).toMatchObject({
      output: '/answer?q=a%20b%26c%3D%C3%A4',
    });
  });

  it('holds a conversation where one message would have been', async () => {
    const { url, asked } = await serve(() => ({ choices: [{ message: { content: 'hi' } }] }));
    const turns = [
      { role: 'system', content: 's' },
      { role: 'user', content: 'u' },
    ];
    const client = clientOf(url, { protocol: 'openai', body: chat(INPUT) });
    await client.ask(caseOf(turns), never);
    expect(asked[0]).toEqual({ model: 'm', messages: turns });
  });
});

describe('an answer', () => {
  it('of a chat is its text, or with tool calls its text and those', async () => {
    const calls = [{ id: '1', function: { name: 'f', arguments: '{}' } }];
    const { url } = await serve((_, __, call) => ({
      choices: [{ message: call === 1 ? { content: 'hi' } : { content: null, tool_calls: calls } }],
      usage: { prompt_tokens: 5, completion_tokens: 2 },
    }));
    const client = clientOf(url, { protocol: 'openai', body: chat(INPUT) });
    expect(await client.ask(caseOf('x'), never)).toMatchObject({
      kind: 'answer',
      output: 'hi',
      tokens: { input: 5, output: 2 },
      firstTokenMs: null,
    });
    expect(await client.ask(caseOf('x'), never)).toMatchObject({
      output: { content: '', tool_calls: calls },
    });
  });

  it('may be plain text, but HTML is none', async () => {
    const { url } = await serve((body, response) => {
      response.setHeader('content-type', body === 'text' ? 'text/plain; charset=utf-8' : 'text/html');
      response.end('Grüße');
    });
    const client = clientOf(url);
    expect(await client.ask(caseOf('text'), never)).toMatchObject({ output: 'Grüße', tokens: null });
    expect(await client.ask(caseOf('page'), never)).toMatchObject({ reason: 'not-json' });
  });

  it('without anything at the pointer is an error', async () => {
    const { url } = await serve(() => ({ answer: 1 }));
    expect(await clientOf(url, { output: '/result/text' }).ask(caseOf('x'), never)).toMatchObject({
      reason: 'no-output',
      detail: expect.stringContaining('nothing at /result/text'),
    });
  });

  it('is an error when it is nested too deep, and its usage counts numbers alone', async () => {
    const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    const { url } = await serve((levels, response) => {
      response.end(`{"a": ${deep(Number(levels))}, "usage": {"in": 3, "out": {"valueOf": 1}}}`);
    });
    const client = clientOf(url, { output: '/a', usage: { input: '/usage/in', output: '/usage/out' } });
    expect(await client.ask(caseOf(500), never)).toMatchObject({ tokens: { input: 3, output: 0 } });
    for (const levels of [501, 20_000])
      expect(await client.ask(caseOf(levels), never)).toMatchObject({
        reason: 'not-json',
        detail: expect.stringContaining('JSON nested deeper than 500 levels'),
      });
  });

  it('of more than 8 MiB is not read to its end', async () => {
    const { url } = await serve((_, response) => {
      response.write(Buffer.alloc(9 * 2 ** 20, 'x'));
    });
    expect(await clientOf(url).ask(caseOf('x'), never)).toMatchObject({ reason: 'too-large' });
  });
});

describe('a stream', () => {
  const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
  const delta = (part: unknown): string => event({ choices: [{ delta: part }] });
  const isStream = true;

  it('is put together, whatever its pieces, and the time to the first of its text is kept', async () => {
    const { url } = await serve(async (_, response) => {
      response.setHeader('content-type', 'text/event-stream');
      const bytes = Buffer.from(
        `: ping\r\n\r\n${delta({ role: 'assistant' })}${delta({ content: 'Grü' })}${delta({ content: 'ße' })}` +
          `${event({ choices: [], usage: { prompt_tokens: 4, completion_tokens: 2 } })}data: [DONE]\n\n`,
      );
      // In the middle of a character and of an event.
      const cut = bytes.indexOf(0xc3) + 1;
      await new Promise((resolve) => setTimeout(resolve, 30));
      response.write(bytes.subarray(0, cut));
      await new Promise((resolve) => setTimeout(resolve, 60));
      response.end(bytes.subarray(cut));
    });
    const client = clientOf(url, { protocol: 'openai', body: chat(INPUT), isStream });
    const answer = await client.ask(caseOf('x'), never);
    expect(answer).toMatchObject({ kind: 'answer', output: 'Grüße', tokens: { input: 4, output: 2 } });
    expect(answer.kind === 'answer' && answer.firstTokenMs).toBeGreaterThan(80);
  });

  it('may hold tool calls in pieces', async () => {
    const piece = (given: object) => delta({ tool_calls: [{ index: 0, ...given }] });
    const { url } = await serve((_, response) => {
      response.setHeader('content-type', 'text/event-stream');
      response.end(
        piece({ id: 'c', function: { name: 'pay', arguments: '' } }) +
          piece({ function: { arguments: '{"sum":' } }) +
          piece({ function: { arguments: '3}' } }),
      );
    });
    const client = clientOf(url, { protocol: 'openai', body: chat(INPUT), isStream });
    expect(await client.ask(caseOf('x'), never)).toMatchObject({
      output: { tool_calls: [{ id: 'c', function: { name: 'pay', arguments: '{"sum":3}' } }] },
    });
  });

  it('of another protocol is the texts at the pointer, one after the other', async () => {
    const { url } = await serve((_, response) => {
      response.setHeader('content-type', 'text/event-stream');
      response.end(`${event({ token: { text: 'a' } })}${event({ token: { text: 'b' }, done: true })}`);
    });
    expect(await clientOf(url, { output: '/token/text', isStream }).ask(caseOf('x'), never)).toMatchObject({
      output: 'ab',
    });
  });
});

describe('a target that is too busy', () => {
  it('is given up after six attempts, or at once when it asks for too long a wait', async () => {
    const { url } = await serve((body, response) => {
      response.statusCode = body === 'long' ? 503 : 429;
      response.setHeader('retry-after', body === 'long' ? '7200' : '0');
      response.end();
    });
    const client = clientOf(url);
    expect(await client.ask(caseOf('short'), never)).toMatchObject({
      reason: 'rate-limited',
      detail: 'HTTP 429 at 6 attempts',
    });
    expect(await client.ask(caseOf('long'), never)).toMatchObject({
      detail: 'HTTP 503 at 1 attempt, retry-after 7200 s',
    });
    expect(client.calls()).toBe(7);
  });

  it('may name a date', () => {
    expect(retryAfterMs('Sat, 21 Nov 2026 20:00:10 GMT', Date.UTC(2026, 10, 21, 20))).toBe(10_000);
    expect(retryAfterMs('1.5', 0)).toBe(1_500);
    expect(retryAfterMs('soon', 0)).toBeNull();
    expect(retryAfterMs(undefined, 0)).toBeNull();
  });
});

it('an interruption ends a call and a wait', async () => {
  const { url } = await serve((_, response, call) => {
    if (call === 1) return undefined;
    response.statusCode = 429;
    response.setHeader('retry-after', '60');
    response.end();
  });
  // Longer than the test may take.
  const client = clientOf(url, { timeoutMs: 300_000 });
  for (let i = 0; i < 2; i += 1) {
    const interrupt = new AbortController();
    const asking = client.ask(caseOf('x'), interrupt.signal);
    setTimeout(() => interrupt.abort(), 100);
    await expect(asking).rejects.toThrow();
  }
});

it('an interruption and a time-out end a call that still waits for its connection', async () => {
  // Takes the connection and never shakes hands.
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
  try {
    const client = clientOf(url, { timeoutMs: 300_000 });
    const interrupt = new AbortController();
    const asking = Promise.all([0, 1, 2].map(() => client.ask(caseOf('x'), interrupt.signal)));
    setTimeout(() => interrupt.abort(), 100);
    await expect(asking).rejects.toThrow('aborted');
    expect(await clientOf(url, { timeoutMs: 100 }).ask(caseOf('x'), never)).toMatchObject({
      reason: 'timeout',
    });
  } finally {
    silent.close();
  }
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: placeholders of cases
