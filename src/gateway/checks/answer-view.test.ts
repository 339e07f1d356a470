import { describe, expect, it } from 'vitest';
import { viewAnswer } from './answer-view.ts';

const view = (contentType: string, body: string) =>
  viewAnswer({ status: 200, contentType, body: new TextEncoder().encode(body) });
const events = (...values: unknown[]): string =>
  `${values.map((value) => `data: ${JSON.stringify(value)}\n\n`).join('')}data: [DONE]\n\n`;
const delta = (index: number, content: object, finish: string | null = null) => ({
  id: 'c1',
  object: 'chat.completion.chunk',
  created: 7,
  model: 'm',
  choices: [{ index, delta: content, finish_reason: finish }],
});

describe('an answer is seen', () => {
  it('as JSON whatever its content type says', () => {
    expect(view('text/plain', '{"a":1}')).toMatchObject({ answer: { a: 1 }, isJson: true, text: '{"a":1}' });
  });
  it('as text when it is no JSON', () => {
    expect(view('application/json', '{"a":')).toMatchObject({ answer: '{"a":', isJson: false });
    expect(view('', '')).toMatchObject({ answer: '', isJson: false });
  });

  it('as the completion that its chunks stand for', () => {
    const { answer } = view(
      'text/event-stream; charset=utf-8',
      events(
        delta(0, { role: 'assistant', content: '' }),
        delta(1, { content: 'B' }),
        delta(0, { content: 'Hel' }),
        delta(0, { content: 'lo' }, 'stop'),
        delta(1, {}, 'length'),
        { id: 'c1', choices: [], usage: { total_tokens: 9 } },
      ),
    );
    expect(answer).toEqual({
      id: 'c1',
      object: 'chat.completion',
      created: 7,
      model: 'm',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' },
        { index: 1, message: { role: 'assistant', content: 'B' }, finish_reason: 'length' },
      ],
      usage: { total_tokens: 9 },
    });
  });

  it('with the calls of tools put together', () => {
    const call = (part: object) => delta(0, { tool_calls: [part] });
    const { answer } = view(
      'text/event-stream',
      events(
        call({ index: 0, id: 'call_1', type: 'function', function: { name: 'look', arguments: '' } }),
        call({ index: 0, function: { arguments: '{"at":' } }),
        call({ index: 0, function: { arguments: '1}' } }),
      ),
    );
    expect(answer).toMatchObject({
      choices: [
        {
          message: {
            content: null,
            tool_calls: [{ id: 'call_1', function: { name: 'look', arguments: '{"at":1}' } }],
          },
        },
      ],
    });
  });

  it('with older completions put together as well', () => {
    const { answer } = view(
      'text/event-stream',
      events({ choices: [{ index: 0, text: 'a' }] }, { choices: [{ index: 0, text: 'b' }] }),
    );
    expect(answer).toMatchObject({ object: 'text_completion', choices: [{ text: 'ab' }] });
  });

  it('as a list of events, or of lines, of any other kind', () => {
    expect(
      view('text/event-stream', 'event: x\nid: 4\ndata: {"a":\ndata: 1}\r\n\r\n: ping\n\ndata:2').answer,
    ).toEqual([{ a: 1 }, 2]);
    expect(view('application/x-ndjson', '{"a":1}\n\n2\n').answer).toEqual([{ a: 1 }, 2]);
  });

  it('as the text of its events when they are no JSON', () => {
    expect(view('text/event-stream', 'data: one\n\ndata: two\n\n')).toMatchObject({
      answer: 'one\ntwo',
      isJson: false,
    });
    expect(view('application/x-ndjson', '{"a":1}\n{"b":').isJson).toBe(false);
  });

  it('as a list when only some chunks are OpenAI’s', () => {
    expect(
      view('text/event-stream', events(delta(0, { content: 'x' }), { error: 'lost' })).answer,
    ).toHaveLength(2);
  });
});
