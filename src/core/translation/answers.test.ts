import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerToChat } from './answer-to-chat.ts';
import { answerToMessages } from './answer-to-messages.ts';
import { openEventCutter } from './event-cutter.ts';
import { streamToChat } from './stream-to-chat.ts';
import { streamToMessages } from './stream-to-messages.ts';
import type { StreamTranslator } from './stream-translator.ts';
import { anyAnswer, cutAt } from './testing/any-chat.ts';
import { assembleChat, assembleMessages } from './testing/assemble.ts';
import { streamedChat, streamedMessages, wholeChat, wholeMessages } from './testing/written-answers.ts';

const readError = () => ({ class: 'overloaded' as const, message: 'Too much to do.' });
const toChat = (wantsUsage = true) => streamToChat({ wantsUsage, createdAtS: 7, readError });
const toMessages = () => streamToMessages({ readError });
const newlines = fc.constantFrom('\n', '\r\n', '\r');

/** Null: a piece of it could not be translated, or it was cut. */
function translate(
  translator: StreamTranslator,
  text: string,
  places: readonly number[] = [],
): string | null {
  let out = '';
  let isOdd = false;
  const cutter = openEventCutter(100_000, (data) => {
    const piece = translator.event(data);
    if (piece === null) isOdd = true;
    out += piece ?? '';
  });
  const decoder = new TextDecoder();
  for (const piece of cutAt(new TextEncoder().encode(text), places))
    cutter.take(decoder.decode(piece, { stream: true }));
  return isOdd || !translator.isWhole ? null : out + translator.end();
}

describe('answers', () => {
  it('say the same in the other interface, and come back as they were', () => {
    fc.assert(
      fc.property(anyAnswer, (answer) => {
        expect(answerToChat(wholeMessages(answer), 7)).toEqual(wholeChat(answer));
        expect(answerToMessages(wholeChat(answer))).toEqual(wholeMessages(answer));
      }),
    );
  });

  it('are the same streamed and whole, wherever the stream is cut into pieces', () => {
    fc.assert(
      fc.property(anyAnswer, newlines, fc.array(fc.nat(), { maxLength: 40 }), (answer, newline, places) => {
        const chat = translate(toChat(), streamedMessages(answer, newline), places);
        expect(chat).toBe(translate(toChat(), streamedMessages(answer)));
        expect(assembleChat(chat!)).toEqual(wholeChat(answer));
        const messages = translate(toMessages(), streamedChat(answer, newline), places);
        expect(messages).toBe(translate(toMessages(), streamedChat(answer)));
        expect(assembleMessages(messages!)).toEqual(wholeMessages(answer));
      }),
      { numRuns: 100 },
    );
  });

  it('never pass for whole when they were cut', () => {
    fc.assert(
      fc.property(anyAnswer, fc.nat(), (answer, drawn) => {
        const messages = streamedMessages(answer);
        const end = messages.lastIndexOf('event: message_stop');
        expect(translate(toChat(), messages.slice(0, drawn % end))).toBe(null);
        const chat = streamedChat(answer);
        // From the reason on nothing of the answer is missing.
        const reason = chat.lastIndexOf('"finish_reason"', chat.lastIndexOf('"usage":{'));
        expect(translate(toMessages(), chat.slice(0, drawn % reason))).toBe(null);
      }),
    );
  });

  it('end without the last line when the reason has come, as some servers do it', () => {
    const answer = { words: ['Hi'], calls: [], input: 3, output: 1, cached: 0 };
    const text = streamedChat(answer).replace('data: [DONE]\n\n', '');
    expect(assembleMessages(translate(toMessages(), text)!)).toEqual(wholeMessages(answer));
  });

  it('give counts only to clients of chat that asked for them', () => {
    const answer = { words: ['Hi'], calls: [], input: 3, output: 1, cached: 0 };
    expect(translate(toChat(false), streamedMessages(answer))).not.toContain('usage');
    expect(translate(toChat(true), streamedMessages(answer))).toContain('"prompt_tokens":3');
  });

  it('say in the words of the client that they failed on the way', () => {
    const start = streamedMessages({ words: ['Hi'], calls: [], input: 3, output: 1, cached: 0 }).slice(
      0,
      400,
    );
    const head = start.slice(0, start.lastIndexOf('event:'));
    const failed = translate(toChat(), `${head}event: error\ndata: {"type":"error","error":{}}\n\n`);
    expect(failed).toContain('data: {"error":{"message":"Too much to do.","type":"server_error"');
    expect(failed).not.toContain('[DONE]');
    const other = translate(toMessages(), 'data: {"error":{"message":"x"}}\n\n');
    expect(other).toBe(
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Too much to do."}}\n\n',
    );
  });

  it('give no words for a call that is taken up again, which Messages cannot say', () => {
    const call = (index: number, more: object) =>
      `data: ${JSON.stringify({ choices: [{ delta: { tool_calls: [{ index, ...more }] } }] })}\n\n`;
    const named = { id: 'a', function: { name: 'x', arguments: '' } };
    const again = { function: { arguments: '{}' } };
    expect(translate(toMessages(), call(0, named) + call(1, named) + call(0, again))).toBe(null);
  });

  it('tell calls with the same place apart by what they are called', () => {
    const piece = (call: object) =>
      `data: ${JSON.stringify({ choices: [{ delta: { tool_calls: [{ index: 0, ...call }] } }] })}\n\n`;
    const begun = (id: string, name: string) => piece({ id, function: { name, arguments: '' } });
    const more = (id: string | undefined, text: string) => piece({ id, function: { arguments: text } });
    const reason = `data: ${JSON.stringify({ choices: [{ delta: {}, finish_reason: 'tool_calls' }] })}\n\n`;
    const out = translate(
      toMessages(),
      begun('a', 'x') +
        more('', '{"n":') +
        more('a', '1}') +
        begun('b', 'y') +
        more(undefined, '{}') +
        reason,
    );
    expect(assembleMessages(out!).content).toEqual([
      { type: 'tool_use', id: 'a', name: 'x', input: { n: 1 } },
      { type: 'tool_use', id: 'b', name: 'y', input: {} },
    ]);
    expect(translate(toMessages(), begun('a', 'x') + more('b', '{}') + reason)).toBe(null);
  });

  it('may give their words in parts; what else they hold there has no counterpart', () => {
    const whole = (content: unknown) => ({ choices: [{ message: { content }, finish_reason: 'stop' }] });
    const streamed = (content: unknown) =>
      `data: ${JSON.stringify({ choices: [{ delta: { content }, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`;
    const text = (words: string) => ({ type: 'text', text: words });
    const parts = [{ type: 'thinking', thinking: [text('hm')] }, text('Good '), text('morning')];
    expect(answerToMessages(whole(parts))?.content).toEqual([text('Good morning')]);
    expect(assembleMessages(translate(toMessages(), streamed(parts))!).content).toEqual([
      text('Good morning'),
    ]);
    for (const odd of [7, {}, ['x'], [{ type: 'image_url' }], [{ type: 'text' }]]) {
      expect(answerToMessages(whole(odd))).toBe(null);
      expect(translate(toMessages(), streamed(odd))).toBe(null);
    }
    expect(answerToMessages(whole(null))?.content).toEqual([]);
  });

  it.each(['{"no":"answer"}', 'no JSON', '[]', '7'])('take %s for no answer', (text) => {
    expect(translate(toMessages(), `data: ${text}\n\n`)).toBe(null);
    expect(translate(toChat(), `data: ${text}\n\n`)).toBe(null);
    expect(answerToChat({ content: 'x' }, 7)).toBe(null);
    expect(answerToMessages({ choices: [] })).toBe(null);
  });

  it('call it a call of tools where a server only says that it stopped', () => {
    const answer = wholeChat({
      words: [],
      calls: [{ name: 'x', pieces: [] }],
      input: 3,
      output: 1,
      cached: 0,
    });
    const said = JSON.parse(JSON.stringify(answer).replace('"tool_calls","logprobs"', '"stop","logprobs"'));
    said.choices[0].finish_reason = 'stop';
    expect(answerToMessages(said)).toMatchObject({ stop_reason: 'tool_use' });
  });

  it('take lines of one event together, also when a piece ends between the two signs of a line end', () => {
    const seen: string[] = [];
    const cutter = openEventCutter(100, (data) => seen.push(data));
    for (const piece of ['event: x\r', '\n: said\r\ndata: a\r', '', '\ndata:b\r\n\r', '\ndata\n\n'])
      cutter.take(piece);
    expect(seen).toEqual(['a\nb', '']);
  });

  it('bound what is kept of an event', () => {
    const cutter = openEventCutter(10, () => {});
    expect(cutter.take('data: 12')).toBe(true);
    expect(cutter.take('345')).toBe(false);
  });
});
