import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Harness, startHarness, until } from '../../src/gateway/testing/harness.ts';
import { type ModelServer, startModelServer } from '../../src/gateway/testing/model-server.ts';
import { serviceWith, stableAt, tableWith } from '../../src/gateway/testing/table.ts';

const TEXT = 'Good morning, it is ten.';
const question = [{ role: 'user' as const, content: 'What time is it?' }];
const weather = {
  type: 'function' as const,
  function: {
    name: 'weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

describe.each(['the field model', 'the path'])('the openai client, with the service named by %s', (by) => {
  let harness: Harness;
  let server: ModelServer;
  let client: OpenAI;
  const model = by === 'the path' ? 'whatever-it-is-called' : 'chat';
  beforeAll(async () => {
    [harness, server] = await Promise.all([startHarness(), startModelServer()]);
    await harness.push(
      tableWith(1, [
        serviceWith({ service: 'chat', protocol: 'openai', stable: stableAt(server.address) }),
        serviceWith({ service: 'other', protocol: 'http', stable: stableAt(server.address) }),
      ]),
    );
    const baseURL = `${harness.gateway.address}${by === 'the path' ? '/services/chat' : ''}/v1`;
    client = new OpenAI({ baseURL, apiKey: 'nothing-asks-for-it', maxRetries: 0 });
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

  it('gets a chat completion, and learns which release answered', async () => {
    const { data, response } = await client.chat.completions
      .create({ model, messages: question })
      .withResponse();
    expect(data.choices[0]?.message.content).toBe(TEXT);
    expect(data.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 7 });
    expect(response.headers.get('tidegate-release')).toBe('1.0.0@aaaaaaaaaaaa');
    expect(response.headers.get('tidegate-invocation')).toBeTruthy();
  });

  it('gets a streamed one, with its usage', async () => {
    const chunks = await client.chat.completions.create({
      model,
      messages: question,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let tokens: number | undefined;
    for await (const chunk of chunks) {
      text += chunk.choices[0]?.delta.content ?? '';
      tokens = chunk.usage?.completion_tokens ?? tokens;
    }
    expect([text, tokens]).toEqual([TEXT, 7]);
  });

  it('calls tools', async () => {
    const { choices } = await client.chat.completions.create({ model, messages: question, tools: [weather] });
    expect(choices[0]?.message.tool_calls).toEqual([
      { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } },
    ]);
    expect(server.seen[0]?.body.tools).toEqual([weather]);
  });

  it('calls tools in a stream, put together by its own helper', async () => {
    const run = client.chat.completions.stream({ model, messages: question, tools: [weather] });
    const { choices } = await run.finalChatCompletion();
    const [call] = choices[0]?.message.tool_calls ?? [];
    expect(call?.type === 'function' && call.function).toMatchObject({
      name: 'weather',
      arguments: '{"city":"Bern"}',
    });
  });

  it.each([
    ['a small', 10_000],
    ['a large', 6_000_000],
  ])('sends %s image', async (_, size) => {
    const url = `data:image/png;base64,${Buffer.alloc(size, 7).toString('base64')}`;
    const { choices } = await client.chat.completions.create({
      model,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url } },
          ],
        },
      ],
    });
    expect(choices[0]?.message.content).toBe(`${size} bytes of image`);
  });

  it('gets completions, streamed too', async () => {
    const whole = await client.completions.create({ model, prompt: 'Once' });
    expect(whole.choices[0]?.text).toBe(TEXT);
    let text = '';
    for await (const chunk of await client.completions.create({ model, prompt: 'Once', stream: true }))
      text += chunk.choices[0]?.text ?? '';
    expect(text).toBe(TEXT);
  });

  it('gets embeddings', async () => {
    const { data } = await client.embeddings.create({ model, input: 'a text' });
    expect(data[0]?.embedding).toEqual([0.5, -0.25, 2]);
  });

  it('gets responses, streamed too', async () => {
    const whole = await client.responses.create({ model, input: 'What time is it?' });
    expect(whole.output_text).toBe(TEXT);
    let text = '';
    for await (const event of await client.responses.create({ model, input: 'What time?', stream: true }))
      if (event.type === 'response.output_text.delta') text += event.delta;
    expect(text).toBe(TEXT);
  });

  it('sees the errors of the service as they are', async () => {
    server.mode = 'busy';
    const refused = await client.chat.completions
      .create({ model, messages: question })
      .catch((error) => error);
    expect(refused).toBeInstanceOf(OpenAI.RateLimitError);
    expect(refused).toMatchObject({ status: 429, code: 'told_so', type: 'rate_limit_error' });
    expect(refused.message).toContain('Slow down.');
  });

  it('leaves, and the call to the service ends', async () => {
    server.mode = 'hang';
    const leaving = new AbortController();
    const whole = client.chat.completions.create({ model, messages: question }, { signal: leaving.signal });
    await until(() => server.seen.length === 1);
    leaving.abort();
    await expect(whole).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    await until(() => server.cancelled === 1);

    const chunks = await client.chat.completions.create({ model, messages: question, stream: true });
    for await (const _ of chunks) break;
    await until(() => server.cancelled === 2);
    await until(() => harness.gateway.counts().inFlight === 0);
    expect(harness.gateway.counts().calls).toBe(0);
  });

  it('sees that a stream was cut', async () => {
    server.mode = 'cut';
    const chunks = await client.chat.completions.create({ model, messages: question, stream: true });
    const read = async (): Promise<void> => {
      for await (const _ of chunks);
    };
    await expect(read()).rejects.toThrow();
  });

  it('sees an error that comes inside a stream', async () => {
    server.mode = 'error-in-stream';
    const chunks = await client.chat.completions.create({ model, messages: question, stream: true });
    const read = async (): Promise<void> => {
      for await (const _ of chunks);
    };
    await expect(read()).rejects.toBeInstanceOf(OpenAI.APIError);
  });

  if (by === 'the field model') {
    it('finds the services that have a model interface, and no others', async () => {
      const names: string[] = [];
      for await (const { id } of client.models.list()) names.push(id);
      expect(names).toEqual(['chat']);
      expect(await client.models.retrieve('chat')).toMatchObject({ id: 'chat', object: 'model' });
      await expect(client.models.retrieve('other')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    });

    it('reads what the gateway itself refuses', async () => {
      const refused = await client.chat.completions
        .create({ model: 'nobody', messages: question })
        .catch((error) => error);
      expect(refused).toBeInstanceOf(OpenAI.NotFoundError);
      expect(refused).toMatchObject({ code: 'service-unknown' });
      expect(refused.message).toContain('no service "nobody"');
    });

    it('names the model first when the body is large', async () => {
      const url = `data:image/png;base64,${Buffer.alloc(3_000_000, 7).toString('base64')}`;
      const late = {
        messages: [{ role: 'user' as const, content: [{ type: 'image_url' as const, image_url: { url } }] }],
        model,
      };
      const refused = await client.chat.completions.create(late).catch((error) => error);
      expect(refused).toMatchObject({ status: 413, code: 'too-large' });
      expect(refused.message).toContain('"model"');
    });
  }
});
