import { type ErrorReading, errorBody } from './error-class.ts';
import { type Data, isData } from './read-members.ts';
import { chatReason } from './stop-reasons.ts';
import type { StreamTranslator } from './stream-translator.ts';
import { chatUsage, NO_USAGE, readMessagesUsage, type UsageCounts } from './usage-counts.ts';

export interface ChatStreamSpec {
  /** The client asked for the counts of tokens. */
  readonly wantsUsage: boolean;
  /** Seconds since 1970. */
  readonly createdAtS: number;
  /** Reads the data of an event that says that the answer failed. */
  readonly readError: (value: unknown) => ErrorReading;
}

interface OpenCall {
  /** Among the calls of the answer, from 0. */
  readonly place: number;
  hasArguments: boolean;
}

const send = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;

/** Events of Messages as chunks of chat completions, one by one; nothing is held back but the counts, which come last in both. */
export function streamToChat({ wantsUsage, createdAtS, readError }: ChatStreamSpec): StreamTranslator {
  let head: Data = {};
  let hasStarted = false;
  let isWhole = false;
  let hasFailed = false;
  let usage: UsageCounts | null = null;
  let reason: string | null = null;
  let callCount = 0;
  /** By the index of the block. */
  const calls = new Map<unknown, OpenCall>();

  const chunk = (delta: Data, finishReason: string | null = null): string =>
    send({
      ...head,
      choices: [{ index: 0, delta, finish_reason: finishReason, logprobs: null }],
      ...(wantsUsage && { usage: null }),
    });
  const callChunk = (place: number, part: Data): string => chunk({ tool_calls: [{ index: place, ...part }] });

  const beginBlock = (index: unknown, block: unknown): string | null => {
    if (!isData(block)) return null;
    if (block.type === 'text') return block.text === '' ? '' : chunk({ content: block.text });
    if (block.type !== 'tool_use') return '';
    const call = {
      place: callCount,
      hasArguments: isData(block.input) && Object.keys(block.input).length > 0,
    };
    callCount += 1;
    calls.set(index, call);
    const text = call.hasArguments ? JSON.stringify(block.input) : '';
    const named = { name: block.name, arguments: text };
    return callChunk(call.place, { id: block.id, type: 'function', function: named });
  };
  const goOn = (index: unknown, delta: unknown): string | null => {
    if (!isData(delta)) return null;
    if (delta.type === 'text_delta') return chunk({ content: delta.text });
    if (delta.type !== 'input_json_delta') return '';
    const call = calls.get(index);
    if (call === undefined) return null;
    if (delta.partial_json === '') return '';
    call.hasArguments = true;
    return callChunk(call.place, { function: { arguments: delta.partial_json } });
  };
  const endBlock = (index: unknown): string => {
    const call = calls.get(index);
    calls.delete(index);
    // A tool without arguments: clients of chat parse the text, and an empty one is no JSON.
    return call === undefined || call.hasArguments
      ? ''
      : callChunk(call.place, { function: { arguments: '{}' } });
  };

  return {
    get isWhole() {
      return isWhole;
    },
    get isOver() {
      return isWhole;
    },
    get hasFailed() {
      return hasFailed;
    },
    event(data) {
      if (isWhole) return '';
      const event = parsed(data);
      if (event === null) return null;
      if (!hasStarted && event.type !== 'message_start' && event.type !== 'error' && event.type !== 'ping')
        return null;
      switch (event.type) {
        case 'message_start': {
          const { message } = event;
          if (hasStarted || !isData(message)) return null;
          hasStarted = true;
          usage = readMessagesUsage(message.usage);
          head = {
            id: message.id,
            object: 'chat.completion.chunk',
            created: createdAtS,
            model: message.model,
          };
          return chunk({ role: 'assistant', content: '', refusal: null });
        }
        case 'content_block_start':
          return beginBlock(event.index, event.content_block);
        case 'content_block_delta':
          return goOn(event.index, event.delta);
        case 'content_block_stop':
          return endBlock(event.index);
        case 'message_delta': {
          usage = readMessagesUsage(event.usage, usage);
          if (!isData(event.delta) || event.delta.stop_reason == null || reason !== null) return '';
          reason = chatReason(event.delta.stop_reason);
          return chunk({}, reason);
        }
        case 'message_stop': {
          isWhole = true;
          const ending = reason === null ? chunk({}, 'stop') : '';
          const counts = wantsUsage
            ? send({ ...head, choices: [], usage: chatUsage(usage ?? NO_USAGE) })
            : '';
          return `${ending}${counts}data: [DONE]\n\n`;
        }
        case 'error':
          isWhole = true;
          hasFailed = true;
          return send(errorBody('chat', readError(event)));
        default:
          // Pings, and kinds of events that are yet to come; Anthropic asks its readers to pass over them.
          return '';
      }
    },
    end: () => '',
  };
}

export function parsed(data: string): Data | null {
  try {
    const value: unknown = JSON.parse(data);
    return isData(value) ? value : null;
  } catch {
    return null;
  }
}
