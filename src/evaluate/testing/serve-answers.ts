import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AnswerServer {
  readonly url: string;
  /** Bodies in the order in which they came. */
  readonly asked: unknown[];
  readonly headers: IncomingMessage['headers'][];
  readonly close: () => Promise<void>;
}

export type Answerer = (body: unknown, response: ServerResponse, call: number) => unknown;

/**
 * A target on loopback. What the answerer returns, if anything, is sent as JSON; otherwise it has answered, or never will. Calls count from 1.
 */
export const serveAnswers = async (answerer: Answerer): Promise<AnswerServer> => {
  const asked: unknown[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const body: unknown = text === '' ? null : JSON.parse(text);
    asked.push(body);
    headers.push(request.headers);
    const answer = await answerer(body, response, asked.length);
    if (answer === undefined || response.writableEnded) return;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer`,
    asked,
    headers,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
