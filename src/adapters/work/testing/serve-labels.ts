import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LabelCall {
  readonly text: string;
  /** The right one. */
  readonly label: string;
  readonly url: string;
}

export type Answering = (call: LabelCall, response: ServerResponse, calls: number) => void;

export interface LabelServer {
  readonly address: string;
  readonly seen: {
    calls: number;
    underWay: number;
    most: number;
    connections: number;
    readonly texts: string[];
    readonly urls: Set<string>;
  };
  readonly server: Server;
}

const servers: Server[] = [];

/** A release on loopback whose inputs begin with the right label. */
export const serveLabels = async (answering: Answering): Promise<LabelServer> => {
  const seen = {
    calls: 0,
    underWay: 0,
    most: 0,
    connections: 0,
    texts: [] as string[],
    urls: new Set<string>(),
  };
  const server = createServer(async (request, response) => {
    seen.calls += 1;
    seen.underWay += 1;
    seen.most = Math.max(seen.most, seen.underWay);
    response.on('close', () => {
      seen.underWay -= 1;
    });
    const call = await read(request).catch(() => null);
    if (call === null) return;
    seen.texts.push(call.text);
    seen.urls.add(call.url);
    answering(call, response, seen.calls);
  });
  server.on('connection', () => {
    seen.connections += 1;
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, server };
};

/** Ends all of them. */
export const closeLabelServers = async (): Promise<void> => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
};

const read = async (request: IncomingMessage): Promise<LabelCall> => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const text = (JSON.parse(body) as { inputs: [{ data: [string] }] }).inputs[0].data[0];
  return { text, label: text.split(' ')[0]!, url: request.url! };
};

export const say = (response: ServerResponse, label: unknown): void => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ outputs: [{ data: [label] }] }));
};
export const right: Answering = ({ label }, response) => say(response, label);
export const wrong: Answering = ({ label }, response) => say(response, label === 'spam' ? 'ham' : 'spam');
