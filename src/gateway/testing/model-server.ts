import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A small server with the answers of the OpenAI and Anthropic interfaces, for tests with the real clients. */
export interface ModelServer {
  readonly address: string;
  readonly seen: Seen[];
  /** Calls whose connection the other side closed before the answer was over. */
  cancelled: number;
  /** Does what no client should have to see; the next calls are answered so. */
  mode: 'well' | 'cut' | 'hang' | 'busy' | 'error-in-stream' | 'key-refused';
  close(): Promise<void>;
}

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Body;
  readonly bytes: number;
}

interface Body {
  readonly model?: string;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly tools?: readonly { readonly name?: string; readonly function?: { readonly name: string } }[];
  readonly messages?: readonly { readonly role: string; readonly content: unknown }[];
  readonly input?: unknown;
  readonly prompt?: unknown;
}

const WORDS = ['Good', ' morning', ',', ' it', ' is', ' ten', '.'];
const INPUT_TOKENS = 11;
const OUTPUT_TOKENS = WORDS.length;

export async function startModelServer(): Promise<ModelServer> {
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('error', () => {});
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const body = bytes.length === 0 ? {} : (JSON.parse(bytes.toString('utf8')) as Body);
      self.seen.push({
        method: req.method!,
        path: req.url!,
        headers: req.headers,
        body,
        bytes: bytes.length,
      });
      res.on('close', () => {
        if (!res.writableFinished) self.cancelled += 1;
      });
      answer(self.mode, req.url!.split('?', 1)[0]!, body, res);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self: ModelServer = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    cancelled: 0,
    mode: 'well',
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return self;
}

function answer(mode: ModelServer['mode'], path: string, body: Body, res: ServerResponse): void {
  const isMessages = path.endsWith('/messages');
  if (mode === 'busy' || mode === 'key-refused') {
    const [status, type, message] =
      mode === 'busy'
        ? [429, 'rate_limit_error', 'Slow down.']
        : [401, 'authentication_error', 'Incorrect API key provided: sk-very-*****-cret.'];
    const error = { type, message, ...(isMessages ? {} : { code: 'told_so', param: null }) };
    send(res, status as number, isMessages ? { type: 'error', error } : { error });
    return;
  }
  if (mode === 'hang' && body.stream !== true) return;
  const events = eventsOf(path, body);
  if (body.stream === true && events !== null) stream(mode, events, isMessages, res);
  else send(res, 200, wholeOf(path, body));
}

function send(res: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value);
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  res.end(text);
}

function stream(
  mode: ModelServer['mode'],
  events: readonly string[],
  isMessages: boolean,
  res: ServerResponse,
): void {
  res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  const some = mode === 'well' ? events : events.slice(0, 4);
  let at = 0;
  const next = (): void => {
    if (res.destroyed) return;
    const event = some[at];
    at += 1;
    if (event !== undefined) {
      res.write(event);
      setTimeout(next, 2);
    } else if (mode === 'cut') res.destroy();
    else if (mode === 'error-in-stream') {
      const error = { type: 'overloaded_error', message: 'Too much to do.' };
      res.end(
        isMessages
          ? `event: error\ndata: ${JSON.stringify({ type: 'error', error })}\n\n`
          : `data: ${JSON.stringify({ error })}\n\n`,
      );
    } else if (mode === 'well') res.end();
  };
  next();
}

const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const named = (value: { readonly type: string }): string => `event: ${value.type}\n${data(value)}`;

const chatUsage = {
  prompt_tokens: INPUT_TOKENS,
  completion_tokens: OUTPUT_TOKENS,
  total_tokens: INPUT_TOKENS + OUTPUT_TOKENS,
};
const plainUsage = { input_tokens: INPUT_TOKENS, output_tokens: OUTPUT_TOKENS };

/** How many bytes of image came along, so that a test sees that none got lost. */
const textFor = (body: Body): string => {
  const images = imagesIn(body.messages ?? body.input);
  return images.length === 0 ? WORDS.join('') : `${images.join(' and ')} bytes of image`;
};

const imagesIn = (value: unknown): readonly number[] => {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(imagesIn);
  if (typeof value !== 'string' || value.length < 200) return [];
  return [Buffer.from(value.slice(value.indexOf(',') + 1), 'base64').length];
};

function wholeOf(path: string, body: Body): unknown {
  const { model } = body;
  const tool = body.tools?.[0];
  if (path.endsWith('/chat/completions')) {
    const call = {
      id: 'call_1',
      type: 'function',
      function: { name: tool?.function?.name, arguments: '{"city":"Bern"}' },
    };
    return {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1,
      model,
      choices: [
        {
          index: 0,
          message:
            tool === undefined
              ? { role: 'assistant', content: textFor(body), refusal: null }
              : { role: 'assistant', content: null, refusal: null, tool_calls: [call] },
          finish_reason: tool === undefined ? 'stop' : 'tool_calls',
          logprobs: null,
        },
      ],
      usage: chatUsage,
    };
  }
  if (path.endsWith('/completions'))
    return {
      id: 'cmpl-1',
      object: 'text_completion',
      created: 1,
      model,
      choices: [{ index: 0, text: WORDS.join(''), finish_reason: 'stop', logprobs: null }],
      usage: chatUsage,
    };
  if (path.endsWith('/embeddings')) {
    const embedding = Buffer.from(new Float32Array([0.5, -0.25, 2]).buffer).toString('base64');
    return {
      object: 'list',
      model,
      data: [{ object: 'embedding', index: 0, embedding }],
      usage: { prompt_tokens: INPUT_TOKENS, total_tokens: INPUT_TOKENS },
    };
  }
  if (path.endsWith('/responses')) return response(body, 'completed');
  if (path.endsWith('/messages'))
    return {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model,
      content:
        tool === undefined
          ? [{ type: 'text', text: textFor(body) }]
          : [{ type: 'tool_use', id: 'toolu_1', name: tool.name, input: { city: 'Bern' } }],
      stop_reason: tool === undefined ? 'end_turn' : 'tool_use',
      stop_sequence: null,
      usage: plainUsage,
    };
  return { path };
}

const response = (body: Body, status: string) => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  model: body.model,
  status,
  output:
    status === 'completed'
      ? [
          {
            id: 'item_1',
            type: 'message',
            role: 'assistant',
            status,
            content: [{ type: 'output_text', text: textFor(body), annotations: [] }],
          },
        ]
      : [],
  usage: status === 'completed' ? { ...plainUsage, total_tokens: INPUT_TOKENS + OUTPUT_TOKENS } : null,
});

/** Null for what cannot be streamed. */
function eventsOf(path: string, body: Body): readonly string[] | null {
  const { model } = body;
  if (path.endsWith('/chat/completions')) {
    const chunk = (delta: unknown, finish_reason: string | null = null): string =>
      data({
        id: 'chatcmpl-1',
        object: 'chat.completion.chunk',
        created: 1,
        model,
        choices: [{ index: 0, delta, finish_reason, logprobs: null }],
        ...(body.stream_options?.include_usage === true && { usage: null }),
      });
    const name = body.tools?.[0]?.function?.name;
    const toolCall = (part: object): string => chunk({ tool_calls: [{ index: 0, ...part }] });
    const middle =
      name === undefined
        ? [...WORDS.map((content) => chunk({ content })), chunk({}, 'stop')]
        : [
            toolCall({ id: 'call_1', type: 'function', function: { name, arguments: '' } }),
            toolCall({ function: { arguments: '{"city":' } }),
            toolCall({ function: { arguments: '"Bern"}' } }),
            chunk({}, 'tool_calls'),
          ];
    const usage = data({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1,
      model,
      choices: [],
      usage: chatUsage,
    });
    return [
      chunk({ role: 'assistant', content: '' }),
      ...middle,
      ...(body.stream_options?.include_usage === true ? [usage] : []),
      'data: [DONE]\n\n',
    ];
  }
  if (path.endsWith('/completions'))
    return [
      ...WORDS.map((text) =>
        data({
          id: 'cmpl-1',
          object: 'text_completion',
          created: 1,
          model,
          choices: [{ index: 0, text, finish_reason: null, logprobs: null }],
        }),
      ),
      'data: [DONE]\n\n',
    ];
  if (path.endsWith('/responses'))
    return [
      named({ type: 'response.created', response: response(body, 'in_progress') } as { type: string }),
      ...WORDS.map((delta) =>
        named({
          type: 'response.output_text.delta',
          item_id: 'item_1',
          output_index: 0,
          content_index: 0,
          delta,
        } as { type: string }),
      ),
      named({ type: 'response.completed', response: response(body, 'completed') } as { type: string }),
    ];
  if (path.endsWith('/messages')) return messageEvents(body);
  return null;
}

function messageEvents(body: Body): readonly string[] {
  const name = body.tools?.[0]?.name;
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: body.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: INPUT_TOKENS, output_tokens: 1 },
  };
  const deltas =
    name === undefined
      ? WORDS.map((text) => ({ type: 'text_delta', text }))
      : ['{"city":', '"Bern"}'].map((partial_json) => ({ type: 'input_json_delta', partial_json }));
  const block =
    name === undefined ? { type: 'text', text: '' } : { type: 'tool_use', id: 'toolu_1', name, input: {} };
  const event = (value: { type: string } & Record<string, unknown>): string => named(value);
  return [
    event({ type: 'message_start', message }),
    event({ type: 'ping' }),
    event({ type: 'content_block_start', index: 0, content_block: block }),
    ...deltas.map((delta) => event({ type: 'content_block_delta', index: 0, delta })),
    event({ type: 'content_block_stop', index: 0 }),
    event({
      type: 'message_delta',
      delta: { stop_reason: name === undefined ? 'end_turn' : 'tool_use', stop_sequence: null },
      usage: { output_tokens: OUTPUT_TOKENS },
    }),
    event({ type: 'message_stop' }),
  ];
}
