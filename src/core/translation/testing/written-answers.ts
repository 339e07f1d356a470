import type { Data } from '../read-members.ts';
import type { AnyAnswer } from './any-chat.ts';

const reasonOf = ({ calls }: AnyAnswer): 'stop' | 'tool_calls' => (calls.length > 0 ? 'tool_calls' : 'stop');
const stopOf = ({ calls }: AnyAnswer): string => (calls.length > 0 ? 'tool_use' : 'end_turn');
const argumentsOf = (pieces: readonly string[]): string => pieces.join('') || '{}';

const chatUsageOf = ({ input, output, cached }: AnyAnswer): Data => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cached },
});
const messagesUsageOf = ({ input, output, cached }: AnyAnswer): Data => ({
  input_tokens: input - cached,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: cached,
  output_tokens: output,
});

export const wholeChat = (answer: AnyAnswer): Data => ({
  id: 'a-1',
  object: 'chat.completion',
  created: 7,
  model: 'm',
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: answer.words.length === 0 ? null : answer.words.join(''),
        refusal: null,
        ...(answer.calls.length > 0 && {
          tool_calls: answer.calls.map(({ name, pieces }, at) => ({
            id: `call_${at}`,
            type: 'function',
            function: { name, arguments: argumentsOf(pieces) },
          })),
        }),
      },
      finish_reason: reasonOf(answer),
      logprobs: null,
    },
  ],
  usage: chatUsageOf(answer),
});

export const wholeMessages = (answer: AnyAnswer): Data => ({
  id: 'a-1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [
    ...(answer.words.length === 0 ? [] : [{ type: 'text', text: answer.words.join('') }]),
    ...answer.calls.map(({ name, pieces }, at) => ({
      type: 'tool_use',
      id: `call_${at}`,
      name,
      input: JSON.parse(argumentsOf(pieces)),
    })),
  ],
  stop_reason: stopOf(answer),
  stop_sequence: null,
  usage: messagesUsageOf(answer),
});

const data = (value: unknown, newline: string): string =>
  `data: ${JSON.stringify(value)}${newline}${newline}`;

/** As OpenAI writes it; `newline` may be any that the format knows. */
export function streamedChat(answer: AnyAnswer, newline = '\n'): string {
  const chunk = (delta: Data, reason: string | null = null): string =>
    data(
      {
        id: 'a-1',
        object: 'chat.completion.chunk',
        created: 7,
        model: 'm',
        choices: [{ index: 0, delta, finish_reason: reason }],
        usage: null,
      },
      newline,
    );
  const call = (index: number, part: Data): string => chunk({ tool_calls: [{ index, ...part }] });
  return [
    chunk({ role: 'assistant', content: '' }),
    ...answer.words.map((content) => chunk({ content })),
    ...answer.calls.flatMap(({ name, pieces }, at) => [
      call(at, { id: `call_${at}`, type: 'function', function: { name, arguments: '' } }),
      ...(pieces.length === 0 ? ['{}'] : pieces).map((piece) => call(at, { function: { arguments: piece } })),
    ]),
    chunk({}, reasonOf(answer)),
    data({ id: 'a-1', model: 'm', choices: [], usage: chatUsageOf(answer) }, newline),
    `data: [DONE]${newline}${newline}`,
  ].join('');
}

/** As Anthropic writes it. */
export function streamedMessages(answer: AnyAnswer, newline = '\n'): string {
  const event = (value: Data): string => `event: ${String(value.type)}${newline}${data(value, newline)}`;
  const block = (index: number, content: Data, deltas: readonly Data[]): string[] => [
    event({ type: 'content_block_start', index, content_block: content }),
    ...deltas.map((delta) => event({ type: 'content_block_delta', index, delta })),
    event({ type: 'content_block_stop', index }),
  ];
  const first = answer.words.length === 0 ? 0 : 1;
  const start = { ...messagesUsageOf(answer), output_tokens: 1 };
  return [
    event({
      type: 'message_start',
      message: { ...wholeMessages(answer), content: [], stop_reason: null, usage: start },
    }),
    event({ type: 'ping' }),
    ...(first === 0
      ? []
      : block(
          0,
          { type: 'text', text: '' },
          answer.words.map((text) => ({ type: 'text_delta', text })),
        )),
    ...answer.calls.flatMap(({ name, pieces }, at) =>
      block(
        first + at,
        { type: 'tool_use', id: `call_${at}`, name, input: {} },
        ['', ...pieces].map((piece) => ({ type: 'input_json_delta', partial_json: piece })),
      ),
    ),
    event({
      type: 'message_delta',
      delta: { stop_reason: stopOf(answer), stop_sequence: null },
      usage: { output_tokens: answer.output },
    }),
    event({ type: 'message_stop' }),
  ].join('');
}
