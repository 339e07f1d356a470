import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ModelServer, startModelServer } from '../../src/gateway/testing/model-server.ts';
import { openTidegate, type Tidegate } from './harness/tidegate.ts';

const KEY = 'key-that-nobody-may-see-4711';

/** Every file below a directory, as text. */
const textBelow = (directory: string): string =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file, 'latin1'))
    .join('\n');

describe('a model of somebody else, shipped as a release', () => {
  let tidegate: Tidegate;
  let server: ModelServer;
  let dead: string;
  beforeAll(async () => {
    process.env.TIDEGATE_TEST_PROVIDER_KEY = KEY;
    [tidegate, server] = await Promise.all([openTidegate(), startModelServer()]);
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    dead = `http://127.0.0.1:${(closed.address() as AddressInfo).port}`;
    await new Promise((resolve) => closed.close(resolve));
  });
  afterAll(async () => {
    delete process.env.TIDEGATE_TEST_PROVIDER_KEY;
    await tidegate?.dispose();
    await server?.close();
  });

  const ship = async (service: string, external: object, traffic: object = {}) => {
    const tree = {
      service,
      behaviour: {},
      traffic,
      more: { protocol: 'openai', components: undefined, run: undefined, external },
    };
    const { rollout } = await tidegate.ship(tree, '1.0.0', 'production');
    await tidegate.completed({ environment: 'production', service }, rollout, 30_000);
  };

  it('is asked with the key of the control plane, falls back, and the key is written nowhere', async () => {
    const provider = { provider: 'openai', apiKey: 'env:TIDEGATE_TEST_PROVIDER_KEY' };
    await ship('backup', { address: server.address, ...provider, model: 'gpt-x' });
    await ship('front', { address: dead, provider: 'openai', model: 'other' }, { fallback: ['backup'] });
    const client = new OpenAI({
      baseURL: `${tidegate.gateway('production')}/v1`,
      apiKey: 'nothing-asks-for-it',
      maxRetries: 0,
    });
    const messages = [{ role: 'user' as const, content: 'What time is it?' }];
    const { data, response } = await client.chat.completions
      .create({ model: 'front', messages })
      .withResponse();
    expect(data.choices[0]?.message.content).toBe('Good morning, it is ten.');
    expect(response.headers.get('tidegate-fallback')).toBe('backup');
    expect(server.seen.at(-1)).toMatchObject({
      body: { model: 'gpt-x' },
      headers: { authorization: `Bearer ${KEY}` },
    });
    // The same client reaches a release that speaks Anthropic's interface.
    const claude = { provider: 'anthropic', apiKey: 'env:TIDEGATE_TEST_PROVIDER_KEY', model: 'claude-x' };
    await ship('claude', { address: server.address, ...claude, translate: true, maxTokens: 99 });
    const translated = await client.chat.completions.create({ model: 'claude', messages });
    expect(translated.choices[0]?.message.content).toBe('Good morning, it is ten.');
    expect(server.seen.at(-1)).toMatchObject({
      path: '/v1/messages',
      body: { model: 'claude-x', max_tokens: 99 },
      headers: { 'x-api-key': KEY },
    });
    server.mode = 'key-refused';
    const refused = await client.chat.completions
      .create({ model: 'backup', messages })
      .catch((error) => error);
    expect(refused).toMatchObject({ status: 502, code: 'upstream-key' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const written = textBelow(tidegate.stateDir) + tidegate.output();
    expect(written).toContain('env:TIDEGATE_TEST_PROVIDER_KEY');
    expect(written).not.toContain(KEY);
  });
});
