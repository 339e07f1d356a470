import { describe, expect, it } from 'vitest';
import { anyUsage, providers } from './providers.ts';
import { openTokenMeter } from './token-meter.ts';

const json = { 'content-type': 'application/json' };
const sse = { 'content-type': 'text/event-stream' };

/** Fed in pieces of every size up to a few bytes over the whole. */
const read = (text: string, isStream: boolean, tables = anyUsage, piece = 7) => {
  const meter = openTokenMeter(tables, isStream ? sse : json, isStream)!;
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += piece) meter.take(bytes.subarray(at, at + piece), at);
  meter.end();
  return meter;
};
const data = (...events: unknown[]): string =>
  events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');

describe('tokens', () => {
  it.each([
    ['openai', { usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 } }, 5, 7],
    ['openai', { usage: { prompt_tokens: 5, total_tokens: 5 } }, 5, null],
    ['openai', { object: 'response', usage: { input_tokens: 5, output_tokens: 7 } }, 5, 7],
    [
      'anthropic',
      {
        usage: {
          input_tokens: 5,
          cache_read_input_tokens: 100,
          cache_creation_input_tokens: 20,
          output_tokens: 7,
        },
      },
      125,
      7,
    ],
    ['ollama', { prompt_eval_count: 5, eval_count: 7 }, 5, 7],
    ['llama.cpp', { tokens_evaluated: 5, tokens_predicted: 7 }, 5, 7],
    ['tgi', { generated_text: 'x', details: { generated_tokens: 7 } }, null, 7],
    ['vllm', { usage: { prompt_tokens: '5', completion_tokens: -7 } }, null, null],
    ['vllm', { usage: null }, null, null],
    ['triton', { outputs: [] }, null, null],
  ] as const)('%s: %j', (name, answer, input, output) => {
    expect(read(JSON.stringify(answer), false, providers[name].usage)).toMatchObject({ input, output });
  });

  it.each([1, 7, 10_000])('of a chat stream with usage, in pieces of %d bytes', (piece) => {
    const text =
      data(
        { choices: [{ delta: { role: 'assistant', content: '' } }], usage: null },
        { choices: [{ delta: { content: 'a' } }], usage: null },
      ) +
      data({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 7 } }) +
      'data: [DONE]\n\n';
    const meter = read(text, true, anyUsage, piece);
    expect(meter).toMatchObject({ input: 5, output: 7, hasFailed: false });
    expect(meter.firstTokenAtMs).toBeLessThan(100);
  });

  it('of Anthropic’s stream: the input comes first, the output last, and the first token with the first piece', () => {
    const before = `event: message_start\n${data({ type: 'message_start', message: { usage: { input_tokens: 5, output_tokens: 1 } } })}event: ping\n${data({ type: 'ping' })}`;
    const text = `${before}${data({ type: 'content_block_delta', delta: { text: 'a' } }, { type: 'message_delta', usage: { output_tokens: 7 } })}`;
    const meter = read(text, true, anyUsage, 1);
    expect(meter).toMatchObject({ input: 5, output: 7 });
    expect(meter.firstTokenAtMs).toBeGreaterThan(before.length);
  });

  it('of the stream of a response, and of lines of JSON', () => {
    const text = data(
      { type: 'response.created', response: { usage: null } },
      { type: 'response.completed', response: { usage: { input_tokens: 5, output_tokens: 7 } } },
    );
    expect(read(text, true)).toMatchObject({ input: 5, output: 7 });
    expect(
      read(
        '{"message":{"content":"a"},"done":false}\n{"done":true,"prompt_eval_count":5,"eval_count":7}\n',
        true,
      ),
    ).toMatchObject({ input: 5, output: 7 });
  });

  it('sees that a stream says it failed, and does not mistake text for it', () => {
    expect(read(data({ error: { message: 'x' } }), true).hasFailed).toBe(true);
    expect(read(data({ type: 'error', error: { type: 'overloaded_error' } }), true).hasFailed).toBe(true);
    expect(read(data({ choices: [{ delta: { content: '{"error":' } }] }), true).hasFailed).toBe(false);
    expect(read(data({ choices: [{ delta: {} }], error: null }), true).hasFailed).toBe(false);
    for (const text of [
      '{"type": "error", "error": {}}',
      '{ "error" : {"message": "x"}}',
      '{"object": "error", "message": "x"}',
    ])
      expect(read(`data: ${text}\n\n`, true).hasFailed).toBe(true);
    for (const text of [
      '{"error": null, "choices": []}',
      '{"type": "errors"}',
      '{"object": "chat", "type": "error"}',
    ])
      expect(read(`data: ${text}\n\n`, true).hasFailed).toBe(false);
  });

  it('leaves alone what it cannot read', () => {
    expect(openTokenMeter(anyUsage, { ...json, 'content-encoding': 'gzip' }, false)).toBe(null);
    expect(openTokenMeter(anyUsage, { 'content-type': 'image/png' }, false)).toBe(null);
    expect(read('{"usage":{"prompt_tokens":', false)).toMatchObject({ input: null, output: null });
    expect(read(`{"data":"${'x'.repeat(300_000)}","usage":{"prompt_tokens":5}}`, false)).toMatchObject({
      input: null,
    });
  });
});
