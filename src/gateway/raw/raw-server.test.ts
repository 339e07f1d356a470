import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type HttpServer, openHttpServer } from '../http/http-server.ts';
import type { Ask, Reply } from '../http/message.ts';

const GET = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';
const BYTES = 16 * 1024 * 1024;

describe('the raw server', () => {
  let http: HttpServer | null = null;
  afterEach(async () => {
    http?.closeAll();
    await new Promise((resolve) => http!.server.close(resolve));
  });
  const start = async (onRequest: (ask: Ask, reply: Reply) => void): Promise<() => Socket> => {
    const limits = { idleTimeoutMs: 500, checkEveryMs: 50 };
    http = openHttpServer(onRequest, () => {}, limits, null, 1024);
    const origin = new URL(await http.listen({ host: '127.0.0.1', port: 0, isShared: false }));
    return () => connect({ host: origin.hostname, port: Number(origin.port) }).on('error', () => {});
  };
  const large = (_: Ask, reply: Reply): void => {
    reply.writeHead(200, ['content-length', String(BYTES)]);
    reply.end(Buffer.alloc(BYTES, 'y'));
  };

  it('lets a slow reader have all of an answer, longer than a connection may be idle', async () => {
    const dial = await start(large);
    const got = await new Promise<number>((resolve) => {
      let bytes = 0;
      const socket = dial();
      socket.write(GET);
      socket.on('data', (chunk) => {
        bytes += chunk.length;
        socket.pause();
        setTimeout(() => socket.resume(), 8);
      });
      socket.on('close', () => resolve(bytes));
    });
    expect(got).toBeGreaterThan(BYTES);
  });

  it('ends a reader that reads nothing at all', async () => {
    const dial = await start(large);
    const socket = dial();
    socket.write(GET);
    socket.pause();
    const count = (): Promise<number> =>
      new Promise((resolve) => http!.server.getConnections((_, connections) => resolve(connections)));
    await expect.poll(count, { timeout: 5_000 }).toBe(1);
    await expect.poll(count, { timeout: 10_000 }).toBe(0);
    socket.destroy();
  });

  it('keeps the time-out of an answer to that answer', async () => {
    let asked = 0;
    const dial = await start((_, reply) => {
      asked += 1;
      if (asked === 1) {
        reply.setTimeout(150, () => reply.destroy());
        reply.end('quick');
      } else setTimeout(() => reply.end('slow'), 350);
    });
    const socket = dial();
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (text.endsWith('quick')) socket.write(GET);
    });
    socket.write(GET);
    await expect.poll(() => text, { timeout: 5_000 }).toContain('slow');
    socket.destroy();
  });

  it('takes nothing more from connections that it is ending', async () => {
    let asked = 0;
    const dial = await start((_, reply) => {
      asked += 1;
      reply.end('ok');
    });
    const socket = dial();
    await new Promise<void>((resolve) => {
      socket.write(GET);
      socket.once('data', () => resolve());
    });
    socket.write(GET);
    http!.closeIdle();
    await new Promise((resolve) => socket.once('close', resolve));
    expect(asked).toBe(1);
  });
});
