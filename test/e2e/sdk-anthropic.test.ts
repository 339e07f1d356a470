import Anthropic from '@anthropic-ai/sdk';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Harness, startHarness, until } from '../../src/gateway/testing/harness.ts';
import { type ModelServer, startModelServer } from '../../src/gateway/testing/model-server.ts';
import { serviceWith, stableAt, tableWith } from '../../src/gateway/testing/table.ts';

const TEXT = 'Good morning, it is ten.';
const weather = {
  name: 'weather',
  input_schema: { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] },
};

describe.each(['the field model', 'the path'])('the Anthropic client, with the service named by %s', (by) => {
  let harness: Harness;
  let server: ModelServer;
  let client: Anthropic;
  const model = by === 'the path' ? 'whatever-it-is-called' : 'chat';
  const ask = {
    model,
    max_tokens: 100,
    messages: [{ role: 'user' as const, content: 'What time is it?' }],
  };
  beforeAll(async () => {
    [harness, server] = await Promise.all([startHarness(), startModelServer()]);
    await harness.push(
      tableWith(1, [serviceWith({ service: 'chat', protocol: 'openai', stable: stableAt(server.address) })]),
    );
    const baseURL = `${harness.gateway.address}${by === 'the path' ? '/services/chat' : ''}`;
    client = new Anthropic({ baseURL, apiKey: 'nothing-asks-for-it', maxRetries: 0 });
  });
  afterEach(() => {
    server.mode = 'well';
    server.cancelled = 0;
    server.seen.length = 0;
  });
  afterAll(async () => {
    await harness?.remove();
    await server?.close();
  });

  it('gets a message', async () => {
    const { data, response } = await client.messages.create(ask).withResponse();
    expect(data.content).toEqual([{ type: 'text', text: TEXT }]);
    expect(data.usage).toMatchObject({ input_tokens: 11, output_tokens: 7 });
    expect(response.headers.get('tidegate-release')).toBe('1.0.0@aaaaaaaaaaaa');
    expect(server.seen[0]).toMatchObject({ path: '/v1/messages' });
    expect(server.seen[0]?.headers['anthropic-version']).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  it('gets a streamed one, put together by its own helper', async () => {
    const run = client.messages.stream(ask);
    const texts: string[] = [];
    run.on('text', (text) => texts.push(text));
    const message = await run.finalMessage();
    expect(texts.join('')).toBe(TEXT);
    expect(texts.length).toBe(7);
    expect(message.usage).toMatchObject({ input_tokens: 11, output_tokens: 7 });
  });

  it('calls tools, streamed too', async () => {
    const used = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Bern' } };
    const whole = await client.messages.create({ ...ask, tools: [weather] });
    expect(whole.content).toEqual([used]);
    const streamed = await client.messages.stream({ ...ask, tools: [weather] }).finalMessage();
    expect(streamed.content[0]).toMatchObject(used);
  });

  it.each([
    ['a small', 10_000],
    ['a large', 4_000_000],
  ])('sends %s image', async (_, size) => {
    const data = Buffer.alloc(size, 7).toString('base64');
    const { content } = await client.messages.create({
      ...ask,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data } },
            { type: 'text', text: 'What is this?' },
          ],
        },
      ],
    });
    expect(content).toEqual([{ type: 'text', text: `${size} bytes of image` }]);
  });

  it('sees the errors of the service as they are', async () => {
    server.mode = 'busy';
    const refused = await client.messages.create(ask).catch((error) => error);
    expect(refused).toBeInstanceOf(Anthropic.RateLimitError);
    expect(refused).toMatchObject({ status: 429, type: 'rate_limit_error' });
  });

  it('leaves, and the call to the service ends', async () => {
    server.mode = 'hang';
    const run = client.messages.stream(ask);
    run.on('error', () => {});
    await new Promise<void>((resolve) => run.once('streamEvent', () => resolve()));
    run.abort();
    await expect(run.done()).rejects.toBeInstanceOf(Anthropic.APIUserAbortError);
    await until(() => server.cancelled === 1);
    await until(() => harness.gateway.counts().inFlight === 0);
  });

  it('sees that a stream was cut, or that an error came inside it', async () => {
    for (const mode of ['cut', 'error-in-stream'] as const) {
      server.mode = mode;
      await expect(client.messages.stream(ask).finalMessage()).rejects.toThrow();
    }
  });

  if (by === 'the field model') {
    it('finds the services', async () => {
      const { data } = await client.models.list();
      expect(data).toMatchObject([{ id: 'chat', type: 'model', display_name: 'chat' }]);
      expect(await client.models.retrieve('chat')).toMatchObject({ id: 'chat', type: 'model' });
    });

    it('reads what the gateway itself refuses', async () => {
      const refused = await client.messages.create({ ...ask, model: 'nobody' }).catch((error) => error);
      expect(refused).toBeInstanceOf(Anthropic.NotFoundError);
      expect(refused).toMatchObject({ type: 'not_found_error', error: { code: 'service-unknown' } });
      expect(refused.message).toContain('no service \\"nobody\\"');
    });
  }
});
