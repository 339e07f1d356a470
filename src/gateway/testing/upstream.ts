import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TestUpstream {
  readonly address: string;
  readonly port: number;
  requests: number;
  close(): Promise<void>;
}

/** A small service on a loopback port; by default it answers every request with its name. */
export async function startUpstream(
  answer: string | ((req: IncomingMessage, res: ServerResponse, body: Buffer) => void),
  port = 0,
): Promise<TestUpstream> {
  const server = createServer((req, res) => {
    upstream.requests += 1;
    const chunks: Buffer[] = [];
    req.on('error', () => {});
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      if (typeof answer === 'string') res.end(answer);
      else answer(req, res, Buffer.concat(chunks));
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const bound = (server.address() as AddressInfo).port;
  const upstream: TestUpstream = {
    address: `http://127.0.0.1:${bound}`,
    port: bound,
    requests: 0,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return upstream;
}
