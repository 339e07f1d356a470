import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderUse } from '../../core/routing/provider.ts';
import type { ServiceRoute } from '../../core/routing/table.ts';
import { type Harness, startHarness, until } from '../testing/harness.ts';
import { type ModelServer, startModelServer } from '../testing/model-server.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream } from '../testing/upstream.ts';

const KEY = 'sk-test-0123456789abcdefghij';
const body = '{"model":"chat","messages":[{"role":"user","content":"?"}]}';

describe('providers and fallbacks', () => {
  let harness: Harness;
  let first: ModelServer;
  let second: ModelServer;
  let keyFile: string;
  beforeEach(async () => {
    [harness, first, second] = await Promise.all([startHarness(), startModelServer(), startModelServer()]);
    keyFile = path.join(harness.directory, 'key');
    await writeFile(keyFile, `${KEY}\n`);
  });
  afterEach(async () => {
    await harness.remove();
    await Promise.all([first.close(), second.close()]);
  });
  const at = (server: { address: string }, provider?: ProviderUse) => ({
    ...stableAt(server.address),
    ...(provider && { provider }),
  });
  const openai = (model: string): ProviderUse => ({ name: 'openai', model, apiKey: `file:${keyFile}` });
  const push = (overrides: Partial<ServiceRoute>, ...others: Partial<ServiceRoute>[]) =>
    harness.push(
      tableWith(
        1,
        [{ service: 'chat', ...overrides }, ...others].map((one) =>
          serviceWith({ protocol: 'openai', ...one }),
        ),
      ),
    );
  const ask = (headers: Record<string, string> = {}) =>
    harness.ask('/v1/chat/completions', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', authorization: 'Bearer of-the-client', ...headers },
    });
  const logged = async (): Promise<string> => {
    await harness.stop();
    const directory = path.join(harness.logDir, 'production');
    const files = await readdir(directory);
    return (await Promise.all(files.map((file) => readFile(path.join(directory, file), 'utf8')))).join('');
  };

  it('asks a provider by its own name for the model, with our key', async () => {
    await push({ stable: at(first, openai('gpt-x')) });
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect(first.seen[0]).toMatchObject({ path: '/v1/chat/completions', body: { model: 'gpt-x' } });
    expect(first.seen[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    const [line] = (await logged()).split('\n');
    expect(JSON.parse(line!)).toMatchObject({ tokensIn: 11, tokensOut: 7, ending: 'complete' });
  });

  it('keeps large bodies whole when it changes the name of the model', async () => {
    await push({ stable: at(first, openai('a-much-longer-name-than-before')) });
    const image = Buffer.alloc(2_500_000, 5).toString('base64');
    const large = JSON.stringify({
      model: 'chat',
      messages: [
        {
          role: 'user',
          content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${image}` } }],
        },
      ],
    });
    const answer = await harness.ask('/v1/chat/completions', { method: 'POST', body: large });
    expect(JSON.parse(answer.body).choices[0].message.content).toBe('2500000 bytes of image');
    expect(first.seen[0]?.body.model).toBe('a-much-longer-name-than-before');
  });

  it.each(['busy', 'key-refused'] as const)('falls back when a provider is %s', async (mode) => {
    first.mode = mode;
    await push(
      { stable: at(first, openai('gpt-x')), fallback: ['nobody', 'backup'] },
      { service: 'backup', stable: at(second, { name: 'vllm', model: 'llama' }) },
    );
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect(answer.headers['tidegate-fallback']).toBe('backup');
    expect(second.seen[0]?.body.model).toBe('llama');
    expect(second.seen[0]?.headers.authorization).toBe('Bearer of-the-client');
    const [line] = (await logged()).split('\n');
    expect(JSON.parse(line!)).toMatchObject({
      service: 'chat',
      fallback: 'backup',
      status: 200,
      rescued: false,
    });
  });

  const refusing = (status: number, error: object) =>
    startUpstream((_, res) => {
      res.writeHead(status, { 'content-type': 'application/json' });
      res.end(JSON.stringify({ error }));
    });

  it.each([
    [400, { message: 'Too long.', type: 'invalid_request_error', code: 'context_length_exceeded' }, 'backup'],
    [403, { message: 'Pay first.', type: 'insufficient_quota', code: null }, null],
    [400, { message: 'No.', type: 'invalid_request_error', code: 'content_filter' }, null],
    [400, { message: 'What?', type: 'invalid_request_error', code: null }, null],
  ])('reads %s %j, and falls back to %s', async (status, error, fallback) => {
    const refuser = await refusing(status, error);
    await push(
      { stable: at(refuser, { name: 'openai' }), fallback: ['backup'] },
      { service: 'backup', stable: at(second) },
    );
    const answer = await ask();
    expect(answer.headers['tidegate-fallback'] ?? null).toBe(fallback);
    // What is passed on is what came.
    if (fallback === null) expect([answer.status, JSON.parse(answer.body)]).toEqual([status, { error }]);
    const [line] = (await logged()).split('\n');
    const read = {
      context_length_exceeded: undefined,
      content_filter: 'content-filter',
      null: status === 403 ? 'no-funds' : 'bad-request',
    };
    expect(JSON.parse(line!).upstreamError).toBe(read[String(error.code) as keyof typeof read]);
    await refuser.close();
  });

  it('a candidate whose account is empty has failed, and is rescued, whatever the status says', async () => {
    const broke = await refusing(429, { message: 'Pay first.', type: 'insufficient_quota', code: null });
    const guards = ['errors', 'client-errors'].map((name) => ({ name, marginShare: 0.02 }));
    await push({
      stable: at(first),
      candidate: candidateAt([broke.address], {
        share: 1,
        provider: openai('gpt-x'),
        readings: { ...candidateAt([]).readings, guards },
      }),
    });
    expect((await ask()).headers['tidegate-rescued']).toBe('true');
    await until(() => harness.cohorts()[0]?.guards.errors?.candidate.bad === 1);
    expect(harness.cohorts()[0]?.guards['client-errors']?.candidate.bad).toBe(0);
    // The same of a copy, which nobody gets.
    const mirrored = { share: 0, mirrorShare: 1, provider: openai('gpt-x') };
    await harness.push(
      tableWith(2, [
        serviceWith({
          service: 'chat',
          protocol: 'openai',
          stable: at(first),
          candidate: candidateAt([broke.address], {
            ...mirrored,
            rollout: 'rollout-2',
            readings: { ...candidateAt([]).readings, guards },
          }),
        }),
      ]),
    );
    await ask();
    await until(() => harness.cohorts().some(({ pairs }) => pairs?.errors?.candidateOnly === 1));
    await broke.close();
  });

  it('goes through the chain in order, and gives the last answer when all fail', async () => {
    const dead = await startUpstream('');
    await dead.close();
    const sick = await startUpstream((_, res) => void res.writeHead(500).end('sick'));
    await push(
      { stable: at(dead), fallback: ['b', 'c'] },
      { service: 'b', stable: at(sick) },
      { service: 'c', stable: at(second) },
    );
    expect((await ask()).headers['tidegate-fallback']).toBe('c');
    expect(sick.requests).toBe(1);
    // Without a name of the provider's own it is asked by its own name.
    expect(second.seen[0]?.body.model).toBe('c');
    second.mode = 'busy';
    expect((await ask()).status).toBe(429);
    await sick.close();
  });

  it('streams from a fallback, but never after an answer has begun', async () => {
    first.mode = 'cut';
    await push({ stable: at(first), fallback: ['backup'] }, { service: 'backup', stable: at(second) });
    const streamed = body.replace('{', '{"stream":true,');
    const cut = await fetch(`${harness.gateway.address}/v1/chat/completions`, {
      method: 'POST',
      body: streamed,
    });
    await expect(cut.text()).rejects.toThrow();
    expect(second.seen.length).toBe(0);
    first.mode = 'busy';
    const whole = await fetch(`${harness.gateway.address}/v1/chat/completions`, {
      method: 'POST',
      body: streamed,
    });
    expect(await whole.text()).toContain('[DONE]');
  });

  it('an error inside a stream counts as one, and tokens and the first of them are in the log', async () => {
    await push({ stable: at(first), candidate: candidateAt([second.address], { share: 0.001 }) });
    const streamed = body.replace('{', '{"stream":true,"stream_options":{"include_usage":true},');
    const stream = async () => {
      const answer = await fetch(`${harness.gateway.address}/v1/chat/completions`, {
        method: 'POST',
        body: streamed,
      });
      return answer.text();
    };
    expect(await stream()).toContain('[DONE]');
    first.mode = 'error-in-stream';
    await stream();
    await until(() => {
      const all = harness.cohorts().map(({ guards }) => guards.errors!.stable);
      return (
        all.reduce((sum, one) => sum + one.bad, 0) === 1 && all.reduce((sum, one) => sum + one.good, 0) === 1
      );
    });
    const lines = (await logged())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ tokensIn: 11, tokensOut: 7, ending: 'complete' });
    expect(lines[0].firstTokenMs).toBeGreaterThan(0);
    expect(lines[0].firstTokenMs).toBeLessThanOrEqual(lines[0].ms);
    expect(lines[1]).toMatchObject({ status: 200, ending: 'failed' });
  });

  it('sends nothing without the key, and says so without naming it', async () => {
    await push({ stable: at(first, { name: 'openai', apiKey: 'file:/there/is/no/such/key' }) });
    const answer = await ask();
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([502, 'upstream-key']);
    expect(answer.body).not.toContain('/there/is');
    expect(first.seen.length).toBe(0);
  });

  it('a candidate without a key is rescued, and it counts against it', async () => {
    await push({
      stable: at(first),
      candidate: candidateAt([second.address], {
        share: 1,
        provider: { name: 'openai', apiKey: 'file:/there/is/no/such/key' },
      }),
    });
    expect((await ask()).headers['tidegate-rescued']).toBe('true');
    await until(() => harness.cohorts()[0]?.guards.errors?.candidate.bad === 1);
  });

  it('says what a provider says about our key to nobody, and writes no key anywhere', async () => {
    first.mode = 'key-refused';
    await push({ stable: at(first, openai('gpt-x')) });
    const answer = await ask();
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([502, 'upstream-key']);
    first.mode = 'busy';
    expect((await ask()).status).toBe(429);
    first.mode = 'well';
    await ask();
    await first.close();
    const dead = await ask();
    expect(dead.status).toBe(502);
    const everything = [
      answer.body,
      dead.body,
      JSON.stringify(answer.headers),
      JSON.stringify(harness.complaints),
    ];
    const directory = path.join(harness.directory, 'state', 'routes');
    await harness.stop();
    everything.push(await logged());
    for (const file of await readdir(directory))
      everything.push(await readFile(path.join(directory, file), 'utf8'));
    expect(everything.join('\n')).not.toContain(KEY.slice(3));
    expect(everything.join('\n')).not.toContain('sk-very');
    // Otherwise nothing was looked at.
    expect(everything.at(-1)).toContain(`file:${keyFile}`);
  });
});
