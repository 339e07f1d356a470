import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderName, ProviderUse } from '../../core/routing/provider.ts';
import type { ServiceRoute } from '../../core/routing/table.ts';
import { type Harness, startHarness, until } from '../testing/harness.ts';
import { type ModelServer, startModelServer } from '../testing/model-server.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream } from '../testing/upstream.ts';

const SENTENCE = 'Good morning, it is ten.';
const translated = (name: ProviderName): ProviderUse => ({
  name,
  model: `${name}-model`,
  translation: { maxTokens: 512 },
});
const question = [{ role: 'user' as const, content: 'What time is it?' }];
/** Over what is kept of a body otherwise. */
const image = Buffer.alloc(1_500_000, 5).toString('base64');

describe('a release in another interface than its clients', () => {
  let harness: Harness;
  let server: ModelServer;
  let other: ModelServer;
  beforeEach(async () => {
    [harness, server, other] = await Promise.all([startHarness(), startModelServer(), startModelServer()]);
  });
  afterEach(async () => {
    await harness.remove();
    await Promise.all([server.close(), other.close()]);
  });
  const at = (where: { address: string }, provider?: ProviderUse) => ({
    ...stableAt(where.address),
    ...(provider && { provider }),
  });
  let generation = 0;
  const push = (overrides: Partial<ServiceRoute>, ...others: Partial<ServiceRoute>[]) => {
    generation += 1;
    return harness.push(
      tableWith(
        generation,
        [{ service: 'chat', ...overrides }, ...others].map((one) =>
          serviceWith({ protocol: 'openai', ...one }),
        ),
      ),
    );
  };
  const clients = () => {
    const options = { apiKey: 'of-the-client', maxRetries: 0 };
    return {
      openai: new OpenAI({ ...options, baseURL: `${harness.gateway.address}/v1` }),
      anthropic: new Anthropic({ ...options, baseURL: harness.gateway.address }),
    };
  };
  const logged = async (): Promise<Record<string, unknown>[]> => {
    await harness.stop();
    const directory = path.join(harness.logDir, 'production');
    const files = await readdir(directory);
    const texts = await Promise.all(files.map((file) => readFile(path.join(directory, file), 'utf8')));
    return texts.flatMap((text) => text.trim().split('\n')).map((line) => JSON.parse(line));
  };

  describe('the openai client and a release of Anthropic', () => {
    beforeEach(() => push({ stable: at(server, translated('anthropic')) }));

    it('asks for Messages and gets chat completions', async () => {
      const { data, response } = await clients()
        .openai.chat.completions.create({
          model: 'chat',
          messages: [{ role: 'system', content: 'Be brief.' }, ...question],
          prompt_cache_key: 'k',
        })
        .withResponse();
      expect(data.choices[0]).toMatchObject({ message: { content: SENTENCE }, finish_reason: 'stop' });
      expect(data.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 });
      expect(response.headers.get('tidegate-untranslated')).toBe('prompt_cache_key');
      expect(server.seen[0]).toMatchObject({
        path: '/v1/messages',
        body: { model: 'anthropic-model', max_tokens: 512, system: [{ type: 'text', text: 'Be brief.' }] },
        headers: { 'anthropic-version': '2023-06-01', 'content-type': 'application/json' },
      });
      expect(await logged()).toMatchObject([{ status: 200, tokensIn: 11, tokensOut: 7, ending: 'complete' }]);
    });

    it.each([true, false])('streams, with the counts only where they are wanted (%s)', async (wantsUsage) => {
      const stream = await clients().openai.chat.completions.create({
        model: 'chat',
        messages: question,
        stream: true,
        ...(wantsUsage && { stream_options: { include_usage: true } }),
      });
      let text = '';
      let usage: unknown = null;
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? '';
        usage = chunk.usage ?? usage;
      }
      expect(text).toBe(SENTENCE);
      if (wantsUsage) expect(usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 7 });
      else expect(usage).toBe(null);
      const [line] = await logged();
      expect(line).toMatchObject({ tokensIn: 11, tokensOut: 7, ending: 'complete' });
      expect(line!.firstTokenMs).toBeGreaterThan(0);
    });

    it.each([true, false])('calls tools (streamed: %s)', async (isStreamed) => {
      const tools = [
        {
          type: 'function' as const,
          function: { name: 'time_in', parameters: { type: 'object', properties: {} } },
        },
      ];
      const { openai } = clients();
      const asked = { model: 'chat', messages: question, tools };
      const answer = isStreamed
        ? await openai.chat.completions.stream(asked).finalChatCompletion()
        : await openai.chat.completions.create(asked);
      expect(answer.choices[0]).toMatchObject({
        finish_reason: 'tool_calls',
        message: {
          tool_calls: [{ id: 'toolu_1', function: { name: 'time_in', arguments: '{"city":"Bern"}' } }],
        },
      });
      expect(server.seen[0]?.body.tools?.[0]?.name).toBe('time_in');
    });

    it('sends pictures that are longer than what is kept otherwise', async () => {
      const answer = await clients().openai.chat.completions.create({
        model: 'chat',
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What is this?' },
              { type: 'image_url', image_url: { url: `data:image/png;base64,${image}` } },
            ],
          },
        ],
      });
      expect(answer.choices[0]?.message.content).toBe('1500000 bytes of image');
    });

    it('refuses what it cannot say there, by the name of the field, and asks nobody', async () => {
      const refused = await clients()
        .openai.chat.completions.create({ model: 'chat', messages: question, seed: 7 })
        .catch((error) => error);
      expect(refused).toBeInstanceOf(OpenAI.BadRequestError);
      expect(refused.message).toContain('it cannot be translated, as "seed" has no counterpart');
      expect(server.seen.length).toBe(0);
    });

    it('passes an error on as one that the client knows', async () => {
      server.mode = 'busy';
      const refused = await clients()
        .openai.chat.completions.create({ model: 'chat', messages: question })
        .catch((error) => error);
      expect(refused).toBeInstanceOf(OpenAI.RateLimitError);
      expect(refused).toMatchObject({ code: 'rate_limit_exceeded', type: 'rate_limit_error' });
      expect(refused.message).toContain('Slow down.');
    });

    it.each(['error-in-stream', 'cut'] as const)('tells the client when a stream fails: %s', async (mode) => {
      server.mode = mode;
      const stream = await clients().openai.chat.completions.create({
        model: 'chat',
        messages: question,
        stream: true,
      });
      const read = async (): Promise<void> => {
        for await (const _ of stream);
      };
      await expect(read()).rejects.toThrow(mode === 'cut' ? /terminated|aborted|closed/i : 'Too much to do.');
      expect(await logged()).toMatchObject([{ ending: mode === 'cut' ? 'truncated' : 'failed' }]);
    });

    it('is over with the last event, whatever the connection does', async () => {
      const lingering = await startUpstream((_, res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        res.write('data: {"type":"message_start","message":{"id":"m","model":"x","usage":{}}}\n\n');
        res.write('data: {"type":"message_stop"}\n\n');
      });
      await push({ stable: at(lingering, translated('anthropic')) });
      const answer = await fetch(`${harness.gateway.address}/v1/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ model: 'chat', messages: question, stream: true }),
      });
      expect(await answer.text()).toContain('[DONE]');
      expect(await logged()).toMatchObject([{ ending: 'complete' }]);
      await lingering.close();
    });

    it('cancels the call of a client that leaves', async () => {
      const endless = await startUpstream((_, res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        res.write('data: {"type":"message_start","message":{"id":"m","model":"x","usage":{}}}\n\n');
        res.once('close', () => {
          endless.requests = -1;
        });
      });
      await push({ stable: at(endless, translated('anthropic')) });
      const leaving = new AbortController();
      const stream = await clients().openai.chat.completions.create(
        { model: 'chat', messages: question, stream: true },
        { signal: leaving.signal },
      );
      leaving.abort();
      await until(() => endless.requests === -1);
      stream.controller.abort();
      await endless.close();
    });

    it('holds the release back while the client does not read', async () => {
      const delta = {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'text_delta', text: 'x'.repeat(60_000) },
      };
      let sent = 0;
      let isHeldBack = false;
      const flood = await startUpstream((_, res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        res.write('data: {"type":"message_start","message":{"id":"m","model":"x","usage":{}}}\n\n');
        const go = (): void => {
          while (sent < 400) {
            sent += 1;
            if (!res.write(`data: ${JSON.stringify(delta)}\n\n`)) {
              isHeldBack = true;
              res.once('drain', () => {
                isHeldBack = false;
                go();
              });
              return;
            }
          }
          res.end('data: {"type":"message_stop"}\n\n');
        };
        go();
      });
      await push({ stable: at(flood, translated('anthropic')) });
      const answer = await fetch(`${harness.gateway.address}/v1/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ model: 'chat', messages: question, stream: true }),
      });
      let before = -1;
      await until(async () => {
        const isStill = isHeldBack && sent === before;
        before = sent;
        await new Promise((resolve) => setTimeout(resolve, 150));
        return isStill;
      });
      expect(sent).toBeLessThan(350);
      const text = await answer.text();
      expect(sent).toBe(400);
      expect(text.length).toBeGreaterThan(400 * 60_000);
      expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
      await flood.close();
    });
  });

  describe('the Anthropic client and a release of OpenAI', () => {
    beforeEach(() => push({ stable: at(server, translated('openai')) }));

    it('asks for chat completions and gets a message', async () => {
      const { data, response } = await clients()
        .anthropic.messages.create({
          model: 'chat',
          max_tokens: 99,
          system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
          messages: question,
        })
        .withResponse();
      expect(data).toMatchObject({
        type: 'message',
        role: 'assistant',
        content: [{ type: 'text', text: SENTENCE }],
        stop_reason: 'end_turn',
        usage: { input_tokens: 11, output_tokens: 7 },
      });
      expect(response.headers.get('tidegate-untranslated')).toBe('cache_control');
      expect(server.seen[0]).toMatchObject({
        path: '/v1/chat/completions',
        body: { model: 'openai-model', max_completion_tokens: 99 },
      });
      expect(server.seen[0]?.body.messages?.[0]).toEqual({ role: 'system', content: 'Be brief.' });
      expect(Object.keys(server.seen[0]!.headers).join()).not.toContain('anthropic');
      expect(await logged()).toMatchObject([{ tokensIn: 11, tokensOut: 7, ending: 'complete' }]);
    });

    it.each([true, false])('streams, tools (%s) as well', async (hasTools) => {
      const message = await clients()
        .anthropic.messages.stream({
          model: 'chat',
          max_tokens: 99,
          messages: question,
          ...(hasTools && { tools: [{ name: 'time_in', input_schema: { type: 'object' as const } }] }),
        })
        .finalMessage();
      expect(message).toMatchObject({
        content: hasTools
          ? [{ type: 'tool_use', id: 'call_1', name: 'time_in', input: { city: 'Bern' } }]
          : [{ type: 'text', text: SENTENCE }],
        stop_reason: hasTools ? 'tool_use' : 'end_turn',
        usage: { input_tokens: 11, output_tokens: 7 },
      });
      expect(await logged()).toMatchObject([{ tokensIn: 11, tokensOut: 7, ending: 'complete' }]);
    });

    it('sends pictures', async () => {
      const source = { type: 'base64' as const, media_type: 'image/png' as const, data: image };
      const answer = await clients().anthropic.messages.create({
        model: 'chat',
        max_tokens: 99,
        messages: [{ role: 'user', content: [{ type: 'image', source }] }],
      });
      expect(answer.content).toMatchObject([{ text: '1500000 bytes of image' }]);
    });

    it('refuses what it cannot say there, and passes errors on, as its client knows them', async () => {
      const ask = (more: object) =>
        clients()
          .anthropic.messages.create({ model: 'chat', max_tokens: 99, messages: question, ...more })
          .catch((error) => error);
      const refused = await ask({ top_k: 5 });
      expect(refused).toBeInstanceOf(Anthropic.BadRequestError);
      expect(refused.error.error).toMatchObject({ type: 'invalid_request_error' });
      expect(refused.message).toContain('top_k');
      server.mode = 'busy';
      const busy = await ask({});
      expect(busy).toBeInstanceOf(Anthropic.RateLimitError);
      expect(busy.error).toEqual({
        type: 'error',
        error: { type: 'rate_limit_error', message: 'Slow down.' },
      });
      server.mode = 'error-in-stream';
      const failed = await clients()
        .anthropic.messages.stream({ model: 'chat', max_tokens: 99, messages: question })
        .finalMessage()
        .catch((error) => error);
      expect(String(failed)).toContain('Too much to do.');
    });
  });

  it('leaves requests alone that are in the interface of the release', async () => {
    await push({ stable: at(server, translated('vllm')) });
    const bytes = '{ "model": "chat",  "messages": [], "seed": 7 }';
    const answer = await harness.ask('/v1/chat/completions', { method: 'POST', body: bytes });
    expect(answer.headers['tidegate-untranslated']).toBe(undefined);
    expect(server.seen[0]?.bytes).toBe(bytes.length + 'vllm-model'.length - 'chat'.length);
  });

  it('falls back across interfaces, but not to whom the request cannot be told', async () => {
    server.mode = 'busy';
    await push(
      { stable: at(server, { name: 'openai', model: 'gpt' }), fallback: ['claude', 'local'] },
      { service: 'claude', stable: at(other, translated('anthropic')) },
      { service: 'local', stable: at(other, { name: 'vllm', model: 'llama' }) },
    );
    const ask = (more: object) =>
      clients()
        .openai.chat.completions.create({ model: 'chat', messages: question, ...more })
        .withResponse();
    const first = await ask({});
    expect(first.data.choices[0]?.message.content).toBe(SENTENCE);
    expect(first.response.headers.get('tidegate-fallback')).toBe('claude');
    expect(other.seen[0]?.path).toBe('/v1/messages');
    const second = await ask({ seed: 7 });
    expect(second.response.headers.get('tidegate-fallback')).toBe('local');
    expect(other.seen[1]?.path).toBe('/v1/chat/completions');
  });

  it('lets stable answer what a candidate cannot be told, and counts it as what clients got wrong there', async () => {
    const guards = ['errors', 'client-errors'].map((name) => ({ name, marginShare: 0.02 }));
    const readings = { ...candidateAt([]).readings, guards };
    await push({
      stable: at(server),
      candidate: candidateAt([other.address], { share: 1, provider: translated('anthropic'), readings }),
    });
    const { response } = await clients()
      .openai.chat.completions.create({ model: 'chat', messages: question, seed: 7 })
      .withResponse();
    expect(response.headers.get('tidegate-rescued')).toBe('true');
    await clients().openai.chat.completions.create({ model: 'chat', messages: question });
    expect(other.seen.length).toBe(1);
    await until(() => {
      const [cohort] = harness.cohorts();
      return (
        cohort?.guards['client-errors']?.candidate.bad === 1 && cohort.guards.errors?.candidate.good === 2
      );
    });
  });

  it('compares mirrored answers in the interface of the client', async () => {
    await push({
      stable: at(server),
      candidate: candidateAt([other.address], {
        share: 0.000001,
        mirrorShare: 1,
        provider: translated('anthropic'),
        compare: { pointers: ['/choices/0/message/content'], tolerance: 0 },
        readings: {
          ...candidateAt([]).readings,
          guards: [
            { name: 'errors', marginShare: 0.02 },
            { name: 'disagree', marginShare: 0.02, boundShare: 0.1 },
          ],
        },
      }),
    });
    await clients().openai.chat.completions.create({ model: 'chat', messages: question });
    await until(() => harness.cohorts().some(({ comparisons }) => comparisons?.agree === 1));
    expect(other.seen[0]?.path).toBe('/v1/messages');
  });

  it('refuses what is nested so deeply that it could not be written again', async () => {
    await push({ stable: at(server, translated('anthropic')) });
    const deep = `${'['.repeat(300_000)}${']'.repeat(300_000)}`;
    const body = `{"model":"chat","messages":[],"tools":[{"type":"function","function":{"name":"a","parameters":${deep}}}]}`;
    const answer = await harness.ask('/v1/chat/completions', { method: 'POST', body });
    expect([answer.status, JSON.parse(answer.body).detail]).toEqual([
      400,
      'The request cannot be passed on: the body is nested too deeply.',
    ]);
    expect(harness.complaints).toEqual([]);
  });

  it.each([
    ['no JSON', 'application/json'],
    ['{"object":"chat.completion","choices":[]}', 'application/json'],
    ['data: {"type":"content_block_delta"}\n\n', 'text/event-stream'],
  ])('takes %j as %s for a failed answer', async (text, type) => {
    const odd = await startUpstream((_, res) => {
      res.writeHead(200, { 'content-type': type });
      res.end(text);
    });
    await push({ stable: at(odd, translated('anthropic')) });
    const body = JSON.stringify({ model: 'chat', messages: question });
    const answer = await harness
      .ask('/v1/chat/completions', { method: 'POST', body })
      .catch(() => ({ status: 0 }));
    expect(answer.status).toBe(type === 'application/json' ? 502 : 0);
    await odd.close();
  });
});
