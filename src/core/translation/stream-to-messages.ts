import { type ErrorReading, errorBody } from './error-class.ts';
import { type Data, isData } from './read-members.ts';
import { messagesReason } from './stop-reasons.ts';
import { parsed } from './stream-to-chat.ts';
import type { StreamTranslator } from './stream-translator.ts';
import { textOfAnswer } from './text-of-answer.ts';
import { messagesUsage, NO_USAGE, readChatUsage, type UsageCounts } from './usage-counts.ts';

export interface MessagesStreamSpec {
  /** Reads the data of an event that says that the answer failed. */
  readonly readError: (value: unknown) => ErrorReading;
}

const send = (event: Data & { readonly type: string }): string =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

/**
 * Chunks of chat completions as events of Messages, one by one. Blocks follow each other there, so a call that goes on after
 * another one has begun has no counterpart. The counts come behind the reason in chat and with it in Messages: that event waits for the end.
 */
export function streamToMessages({ readError }: MessagesStreamSpec): StreamTranslator {
  let hasStarted = false;
  let isOver = false;
  let hasFailed = false;
  let usage: UsageCounts | null = null;
  let reason: string | null = null;
  let isRefusal = false;
  let block = -1;
  /** What the open block holds: words, or the call with this place in the chunks; null: none is open. */
  let open: 'text' | number | null = null;
  let newestCall = -1;
  /** What the newest call is called; null: its first piece did not say. */
  let newestId: string | null = null;

  const closeBlock = (): string => {
    if (open === null) return '';
    open = null;
    return send({ type: 'content_block_stop', index: block });
  };
  const openBlock = (what: 'text' | number, content: Data): string => {
    const closing = closeBlock();
    open = what;
    block += 1;
    return closing + send({ type: 'content_block_start', index: block, content_block: content });
  };
  const say = (text: unknown): string => {
    if (typeof text !== 'string' || text === '') return '';
    const opening = open === 'text' ? '' : openBlock('text', { type: 'text', text: '' });
    return opening + send({ type: 'content_block_delta', index: block, delta: { type: 'text_delta', text } });
  };
  const callOn = (call: unknown): string | null => {
    if (!isData(call)) return null;
    const named = isData(call.function) ? call.function : {};
    const place = typeof call.index === 'number' ? call.index : newestCall + (call.id == null ? 0 : 1);
    // Some servers give an empty one with every piece but the first.
    const id = typeof call.id === 'string' && call.id !== '' ? call.id : null;
    // Others give all calls the same place.
    const isOther = open === place && id !== null && newestId !== null && id !== newestId;
    let text = '';
    if (open !== place || isOther) {
      // The first piece of a call names it; one that was left cannot be taken up again.
      if ((place <= newestCall && !isOther) || typeof named.name !== 'string' || named.name === '')
        return null;
      newestCall = place;
      newestId = id;
      text = openBlock(place, {
        type: 'tool_use',
        id: id ?? `call_${place}`,
        name: named.name,
        input: {},
      });
    }
    const { arguments: piece } = named;
    if (typeof piece !== 'string' || piece === '') return text;
    const delta = { type: 'input_json_delta', partial_json: piece };
    return text + send({ type: 'content_block_delta', index: block, delta });
  };
  const begin = (chunk: Data): string => {
    if (hasStarted) return '';
    hasStarted = true;
    return send({
      type: 'message_start',
      message: {
        id: chunk.id,
        type: 'message',
        role: 'assistant',
        model: chunk.model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: messagesUsage(usage ?? NO_USAGE),
      },
    });
  };
  const finish = (): string => {
    isOver = true;
    return (
      closeBlock() +
      send({
        type: 'message_delta',
        delta: {
          stop_reason: isRefusal ? 'refusal' : messagesReason(reason, newestCall >= 0),
          stop_sequence: null,
        },
        usage: messagesUsage(usage ?? NO_USAGE),
      }) +
      send({ type: 'message_stop' })
    );
  };

  return {
    get isWhole() {
      // Some servers leave out the last line; the reason says that nothing is missing.
      return isOver || reason !== null;
    },
    get isOver() {
      return isOver;
    },
    get hasFailed() {
      return hasFailed;
    },
    event(data) {
      if (isOver) return '';
      if (data === '[DONE]') return reason === null ? null : finish();
      const chunk = parsed(data);
      if (chunk === null) return null;
      if (chunk.error != null || chunk.object === 'error') {
        isOver = true;
        hasFailed = true;
        const body = errorBody('messages', readError(chunk)) as Data & { readonly type: string };
        return send(body);
      }
      usage = readChatUsage(chunk.usage) ?? usage;
      if (!Array.isArray(chunk.choices)) return null;
      const [choice] = chunk.choices as readonly unknown[];
      // The chunk with the counts has none, and so has Azure's with what its filter says.
      if (!isData(choice)) return '';
      let text = begin(chunk);
      const delta = isData(choice.delta) ? choice.delta : {};
      const words = textOfAnswer(delta.content);
      if (words === null) return null;
      text += say(words);
      if (typeof delta.refusal === 'string' && delta.refusal !== '') isRefusal = true;
      text += say(delta.refusal);
      for (const call of Array.isArray(delta.tool_calls) ? (delta.tool_calls as readonly unknown[]) : []) {
        const piece = callOn(call);
        if (piece === null) return null;
        text += piece;
      }
      if (typeof choice.finish_reason === 'string') reason = choice.finish_reason;
      return text;
    },
    end: () => (isOver ? '' : finish()),
  };
}
