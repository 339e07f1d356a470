import type { Data } from '../read-members.ts';

const eventsIn = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => line.slice('data: '.length));

interface ChatChunk {
  readonly choices: readonly {
    readonly delta: {
      readonly content?: string;
      readonly tool_calls?: readonly {
        readonly index: number;
        readonly id?: string;
        readonly type?: string;
        readonly function: { readonly name?: string; readonly arguments: string };
      }[];
    };
    readonly finish_reason: string | null;
  }[];
  readonly usage?: unknown;
}

/** What a reader of chat completions makes of a stream, in the form of a whole answer. */
export function assembleChat(text: string): Data {
  const events = eventsIn(text);
  if (events.pop() !== '[DONE]') throw new Error('the stream does not end');
  const chunks = events.map((event) => JSON.parse(event) as ChatChunk & Data);
  let content: string | null = null;
  let reason: string | null = null;
  let usage: unknown;
  const calls: { id?: string; type?: string; function: { name?: string; arguments: string } }[] = [];
  for (const chunk of chunks) {
    usage = chunk.usage ?? usage;
    const [choice] = chunk.choices;
    if (choice === undefined) continue;
    reason = choice.finish_reason ?? reason;
    if (choice.delta.content) content = (content ?? '') + choice.delta.content;
    for (const { index, id, type, function: named } of choice.delta.tool_calls ?? []) {
      if (calls[index] === undefined)
        calls[index] = { id, type, function: { name: named.name, arguments: '' } } as (typeof calls)[0];
      calls[index]!.function.arguments += named.arguments;
    }
  }
  const { id, created, model } = chunks[0]!;
  const message = {
    role: 'assistant',
    content,
    refusal: null,
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: [{ index: 0, message, finish_reason: reason, logprobs: null }],
    usage,
  };
}

/** What a reader of Messages makes of a stream; throws where events do not follow each other as they must. */
export function assembleMessages(text: string): Data {
  let message: Record<string, unknown> = {};
  const content: Record<string, unknown>[] = [];
  let open = -1;
  let json = '';
  let isOver = false;
  for (const event of eventsIn(text).map((one) => JSON.parse(one) as Record<string, Data>)) {
    const { index } = event as unknown as { index: number };
    if (isOver) throw new Error('an event behind the end');
    switch (event.type as unknown as string) {
      case 'message_start':
        message = { ...event.message };
        break;
      case 'content_block_start':
        if (open !== -1 || index !== content.length) throw new Error('blocks do not follow each other');
        open = index;
        json = '';
        content.push({ ...event.content_block });
        break;
      case 'content_block_delta': {
        if (index !== open) throw new Error('a delta of a block that is not open');
        const block = content[index]!;
        if (event.delta!.type === 'text_delta') block.text = String(block.text) + String(event.delta!.text);
        else json += String(event.delta!.partial_json);
        break;
      }
      case 'content_block_stop':
        if (index !== open) throw new Error('an end of a block that is not open');
        if (content[index]!.type === 'tool_use') content[index]!.input = JSON.parse(json || '{}');
        open = -1;
        break;
      case 'message_delta':
        if (open !== -1) throw new Error('a block is still open');
        message = { ...message, ...event.delta, usage: { ...(message.usage as Data), ...event.usage } };
        break;
      case 'message_stop':
        isOver = true;
        break;
    }
  }
  if (!isOver) throw new Error('the stream does not end');
  return { ...message, content };
}
