import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { seeded } from './seeded.ts';

/** How the echo answers; it travels in the header `x-plan`. */
export interface AnswerPlan {
  readonly status: number;
  readonly bytes: number;
  readonly mode: 'length' | 'chunked' | 'events';
  readonly seed: number;
}

/** Headers that a gateway may change. */
const OF_THE_HOP =
  /^(host|connection|keep-alive|transfer-encoding|content-length|x-forwarded-for|tidegate-.*)$/i;

/**
 * A service whose answer is a function of what it was sent: `x-digest` stands for method, target, headers and body, and the
 * bytes of the body follow from the plan.
 */
export async function startEcho(): Promise<{ readonly address: string; close(): Promise<void> }> {
  const server = createServer((req, res) => {
    const hash = createHash('sha256').update(`${req.method} ${req.url}\n`);
    for (let at = 0; at < req.rawHeaders.length; at += 2) {
      if (OF_THE_HOP.test(req.rawHeaders[at]!)) continue;
      hash.update(`${req.rawHeaders[at]}: ${req.rawHeaders[at + 1]}\n`, 'latin1');
    }
    req.on('error', () => {});
    req.on('data', (chunk: Buffer) => hash.update(chunk));
    req.on('end', () => answer(req, res, hash.digest('hex')));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(req: IncomingMessage, res: ServerResponse, digest: string): void {
  const plan = JSON.parse(String(req.headers['x-plan'])) as AnswerPlan;
  const chance = seeded(plan.seed);
  const body = Buffer.alloc(plan.bytes);
  for (let at = 0; at + 4 <= body.length; at += 4) body.writeInt32LE((chance.next() * 2 ** 32) | 0, at);
  const headers: Record<string, string | string[]> = {
    'x-digest': digest,
    'x-odd': 'a\xe9\xff\tb ',
    'set-cookie': ['a=1', 'b=2; Path=/'],
  };
  if (plan.mode === 'events') headers['content-type'] = 'text/event-stream';
  if (plan.mode === 'length' || plan.status === 304) headers['content-length'] = String(body.length);
  if (plan.status === 204 || plan.status === 304) {
    if (plan.status === 204) delete headers['content-length'];
    res.writeHead(plan.status, headers).end();
    return;
  }
  res.writeHead(plan.status, headers);
  for (let at = 0; at < body.length; ) {
    const piece = 1 + chance.below(Math.max(1, Math.floor(body.length / (1 + chance.below(6)))));
    res.write(body.subarray(at, at + piece));
    at += piece;
  }
  res.end();
}
