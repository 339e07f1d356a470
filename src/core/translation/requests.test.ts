import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Data } from './read-members.ts';
import { requestToChat } from './request-to-chat.ts';
import { requestToMessages } from './request-to-messages.ts';
import { anyChatRequest } from './testing/any-chat.ts';

const toMessages = (chat: unknown) => requestToMessages(chat, { model: 'm', maxTokens: 4_096 });
const toChat = (messages: unknown) =>
  requestToChat(messages, { model: 'm', maxTokensField: 'max_completion_tokens' });
const bodyOf = (translated: ReturnType<typeof toChat>): Data => {
  if (translated.kind === 'refused') throw new Error(`${translated.field} ${translated.why}`);
  return translated.body;
};
const hello = [{ role: 'user', content: 'Hello' }];
const asked = (more: object) => ({ model: 'm', max_tokens: 5, messages: hello, ...more });

/** Objects whose members belong to the client: schemas, arguments. */
const FREE = new Set(['parameters', 'schema', 'input_schema', 'input', 'properties']);

function placesIn(
  value: unknown,
  at = '',
): { readonly holder: Record<string, unknown>; readonly at: string }[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => placesIn(one, `${at}[${index}]`));
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return [
    { holder, at },
    ...Object.keys(holder)
      .filter((name) => !FREE.has(name))
      .flatMap((name) => placesIn(holder[name], at === '' ? name : `${at}.${name}`)),
  ];
}

describe('requests', () => {
  it('come back from the other interface as they were', () => {
    fc.assert(
      fc.property(anyChatRequest, (request) => {
        expect(bodyOf(toChat(bodyOf(toMessages(request))))).toEqual(request);
      }),
      { numRuns: 300 },
    );
  });

  it('lose nothing: an unknown member anywhere is refused by its path, in both directions', () => {
    fc.assert(
      fc.property(anyChatRequest, fc.nat(), (request, drawn) => {
        for (const [body, translate] of [
          [request, toMessages],
          [bodyOf(toMessages(request)), toChat],
        ] as const) {
          // Not `structuredClone`, which would keep what two members share.
          const changed = JSON.parse(JSON.stringify(body));
          const places = placesIn(changed);
          const { holder, at } = places[drawn % places.length]!;
          holder.strange_member = 1;
          expect(translate(changed)).toMatchObject({
            kind: 'refused',
            field: at === '' ? 'strange_member' : `${at}.strange_member`,
          });
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, object, object]>([
    [
      'a system prompt',
      { messages: [{ role: 'system', content: 'Be brief.' }, ...hello] },
      {
        system: [{ type: 'text', text: 'Be brief.' }],
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
      },
    ],
    ['a bound on tokens', { max_completion_tokens: 7, max_tokens: undefined }, { max_tokens: 7 }],
    ['the bound for those who name none', { max_tokens: null }, { max_tokens: 4_096 }],
    ['one stop sequence', { stop: 'END' }, { stop_sequences: ['END'] }],
    [
      'a tool without parameters',
      { tools: [{ type: 'function', function: { name: 'now' } }] },
      {
        tools: [{ name: 'now', input_schema: { type: 'object', properties: {} } }],
      },
    ],
    [
      'one call at a time',
      { tools: [{ type: 'function', function: { name: 'now' } }], parallel_tool_calls: false },
      { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    ],
    [
      'what says the same as nothing',
      { n: 1, store: false, logit_bias: {}, seed: null, modalities: ['text'] },
      {
        max_tokens: 5,
      },
    ],
  ])('chat to Messages: %s', (_, chat, expected) => {
    expect(bodyOf(toMessages(asked(chat)))).toMatchObject(expected);
  });

  it.each<[string, object]>([
    ['seed', { seed: 1 }],
    ['n', { n: 2 }],
    ['logprobs', { logprobs: true }],
    ['temperature', { temperature: 1.5 }],
    ['response_format.type', { response_format: { type: 'json_object' } }],
    ['tools[0].type', { tools: [{ type: 'custom', custom: { name: 'x' } }] }],
    ['tool_choice.type', { tools: [], tool_choice: { type: 'allowed_tools' } }],
    ['messages[0].name', { messages: [{ role: 'user', content: 'x', name: 'Eve' }] }],
    ['messages[0].content[0].type', { messages: [{ role: 'user', content: [{ type: 'input_audio' }] }] }],
    [
      'messages[0].content[0].image_url.url',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'image_url', image_url: { url: 'data:image/bmp;base64,AAAA' } }],
          },
        ],
      },
    ],
    [
      'messages[0].tool_calls[0].function.arguments',
      {
        messages: [
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 'a', type: 'function', function: { name: 'x', arguments: '{"a"' } }],
          },
        ],
      },
    ],
    ['messages', { messages: null }],
  ])('chat to Messages refuses %s', (field, chat) => {
    expect(toMessages(asked(chat))).toMatchObject({ kind: 'refused', field });
  });

  it.each<[string, object]>([
    ['top_k', { top_k: 5 }],
    ['thinking.type', { thinking: { type: 'enabled', budget_tokens: 2_000 } }],
    ['tools[0].type', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['mcp_servers', { mcp_servers: [] }],
    ['messages[0].content[0].type', { messages: [{ role: 'assistant', content: [{ type: 'thinking' }] }] }],
    [
      'messages[0].content[0].content[0].type',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'image' }] }],
          },
        ],
      },
    ],
  ])('Messages to chat refuses %s', (field, messages) => {
    expect(toChat(asked(messages))).toMatchObject({ kind: 'refused', field });
  });

  it('puts what a user says behind results of tools into one message with them', () => {
    const call = (id: string) => ({ id, type: 'function', function: { name: 'x', arguments: '' } });
    const result = (id: string) => ({ role: 'tool', tool_call_id: id, content: id });
    const messages = [
      { role: 'assistant', content: null, tool_calls: [call('a'), call('b')] },
      ...[result('a'), result('b')],
      { role: 'user', content: 'Go on.' },
    ];
    const text = (said: string) => ({ type: 'text', text: said });
    expect(bodyOf(toMessages(asked({ messages }))).messages).toMatchObject([
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', input: {} }, { id: 'b' }] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: [text('a')] },
          { type: 'tool_result', tool_use_id: 'b' },
          text('Go on.'),
        ],
      },
    ]);
  });

  it('says that a tool failed in words, and names the hints that it leaves out', () => {
    const translated = toChat(
      asked({
        system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
        messages: [
          {
            role: 'user',
            content: [{ type: 'tool_result', tool_use_id: 'a', content: 'gone', is_error: true }],
          },
        ],
      }),
    );
    expect(translated).toMatchObject({
      leftOut: ['cache_control'],
      body: {
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'tool', tool_call_id: 'a', content: 'Error: gone' },
        ],
      },
    });
  });

  it.each([null, 7, 'text', [], [{}]])('refuses %j', (body) => {
    expect(toChat(body).kind).toBe('refused');
    expect(toMessages(body).kind).toBe('refused');
  });
});
