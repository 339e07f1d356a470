import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Assistant } from './assistant.ts';
import { type ChatRequest, parseChat } from './chat-request.ts';
import type { Spoken } from './language-model.ts';

const MODEL_NAME = 'support-assistant';
const BODY_BYTES_AT_MOST = 64 * 1024;

/** The HTTP face of the assistant: `POST /v1/chat/completions` as OpenAI has it, `GET /v1/models`, `GET /healthz`. Not listening yet. */
export const createChatServer = (answer: Assistant): Server =>
  createServer((request, response) => {
    route(request, response, answer).catch((error: unknown) => {
      if (response.destroyed) return;
      console.error(JSON.stringify({ level: 'error', message: 'request failed', error: String(error) }));
      // Whatever was begun must not look complete.
      if (response.headersSent) response.destroy();
      else sendError(response, 500, 'server_error', 'The assistant failed to answer; its log says why.');
    });
  });

const route = async (
  request: IncomingMessage,
  response: ServerResponse,
  answer: Assistant,
): Promise<void> => {
  const path = (request.url ?? '/').split('?', 1)[0];
  switch (`${request.method} ${path}`) {
    case 'GET /healthz':
      return send(response, 200, { ready: true });
    case 'GET /v1/models':
      return send(response, 200, {
        object: 'list',
        data: [{ id: MODEL_NAME, object: 'model', created: 0, owned_by: 'example' }],
      });
    case 'POST /v1/chat/completions': {
      const text = await bodyOf(request);
      if (text === null)
        return sendError(
          response,
          413,
          'invalid_request_error',
          `The body is over ${BODY_BYTES_AT_MOST} bytes.`,
        );
      const parsed = parseChat(text);
      if (!parsed.isChat) return sendError(response, 400, 'invalid_request_error', parsed.reason);
      return complete(response, parsed.chat, answer);
    }
    default:
      return sendError(
        response,
        404,
        'invalid_request_error',
        `There is nothing at ${request.method} ${path}.`,
      );
  }
};

const complete = async (response: ServerResponse, chat: ChatRequest, answer: Assistant): Promise<void> => {
  const leaving = new AbortController();
  response.once('close', () => leaving.abort());
  const head = { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1_000), model: MODEL_NAME };
  if (!chat.isStreamed) {
    const spoken = await answer(chat.question, { signal: leaving.signal, onText: () => {} });
    return send(response, 200, {
      ...head,
      object: 'chat.completion',
      choices: [
        { index: 0, message: { role: 'assistant', content: spoken.text }, finish_reason: finishOf(spoken) },
      ],
      usage: usageOf(spoken),
    });
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const say = (delta: object, finish: string | null, more: object = {}): void => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
    const chunk = { ...head, object: 'chat.completion.chunk', choices, ...more };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  say({ role: 'assistant', content: '' }, null);
  const spoken = await answer(chat.question, {
    signal: leaving.signal,
    onText: (content) => say({ content }, null),
  });
  say({}, finishOf(spoken));
  if (chat.wantsUsage) {
    const chunk = { ...head, object: 'chat.completion.chunk', choices: [], usage: usageOf(spoken) };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  }
  response.end('data: [DONE]\n\n');
};

const finishOf = ({ isCutShort }: Spoken): string => (isCutShort ? 'length' : 'stop');

const usageOf = ({ inputTokens, outputTokens }: Spoken): object => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
});

/** Null when it is too long. */
const bodyOf = async (request: IncomingMessage): Promise<string | null> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_AT_MOST) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const send = (response: ServerResponse, status: number, body: object): void => {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...(status === 413 ? { connection: 'close' } : {}),
  });
  response.end(text);
};

const sendError = (response: ServerResponse, status: number, type: string, message: string): void =>
  send(response, status, { error: { message, type, param: null, code: null } });
