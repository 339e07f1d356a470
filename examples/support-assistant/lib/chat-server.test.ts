import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Assistant } from './assistant.ts';
import { createChatServer } from './chat-server.ts';

let server: ReturnType<typeof createChatServer> | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

const serve = async (answer: Assistant): Promise<string> => {
  server = createChatServer(answer);
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
const spoken = { text: 'It takes 14 days.', isCutShort: false, inputTokens: 9, outputTokens: 5 };
const words: Assistant = async (_question, { onText }) => {
  for (const word of ['It takes', ' 14 days.']) onText(word);
  return spoken;
};
const post = (url: string, body: unknown): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(body) });
const asked = { messages: [{ role: 'user', content: 'How long?' }] };

describe('the server of the assistant', () => {
  it('answers whole, with what it cost', async () => {
    const body = await (await post(await serve(words), asked)).json();
    expect(body).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { content: 'It takes 14 days.' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 },
    });
  });

  it('streams word by word and ends with the mark of the protocol', async () => {
    const url = await serve(words);
    const text = await (
      await post(url, { ...asked, stream: true, stream_options: { include_usage: true } })
    ).text();
    const chunks = text
      .split('\n\n')
      .filter((line) => line.startsWith('data: {'))
      .map(
        (line) =>
          JSON.parse(line.slice(6)) as { choices: { delta: { content?: string } }[]; usage?: unknown },
      );
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('It takes 14 days.');
    expect(chunks.at(-1)?.usage).toEqual({ prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 });
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('breaks a stream off when the model fails in the middle, so that nobody takes it for complete', async () => {
    const url = await serve(async (_question, { onText }) => {
      onText('It takes');
      throw new Error('out of memory');
    });
    await expect(post(url, { ...asked, stream: true }).then((answer) => answer.text())).rejects.toThrow();
  });

  it('stops speaking when the client leaves', async () => {
    let stopped: () => void = () => {};
    const hasStopped = new Promise<void>((resolve) => {
      stopped = resolve;
    });
    const url = await serve(
      (_question, { signal, onText }) =>
        new Promise((_, reject) => {
          onText('It');
          signal.addEventListener('abort', () => {
            stopped();
            reject(signal.reason as Error);
          });
        }),
    );
    const leaving = new AbortController();
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ ...asked, stream: true }),
      signal: leaving.signal,
    });
    expect(answer.status).toBe(200);
    leaving.abort();
    await hasStopped;
  });

  it.each([
    ['no JSON', '{', 'not valid JSON'],
    ['no messages', '{}', '"messages"'],
    ['nobody asks', '{"messages":[{"role":"system","content":"x"}]}', 'no message of a user'],
    ['an empty question', '{"messages":[{"role":"user","content":" "}]}', 'no text'],
  ])('refuses %s with 400', async (_what, body, why) => {
    const answer = await fetch(`${await serve(words)}/v1/chat/completions`, { method: 'POST', body });
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { error: { message: string } }).error.message).toContain(why);
  });

  it('refuses what is too long, and knows no other path', async () => {
    const url = await serve(words);
    expect((await post(url, { pad: 'x'.repeat(70_000) })).status).toBe(413);
    expect((await fetch(`${url}/v1/embeddings`)).status).toBe(404);
  });
});
