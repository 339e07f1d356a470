import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type HttpServer, openHttpServer } from '../http/http-server.ts';
import { until } from '../testing/harness.ts';
import { listeningDescriptor } from './listening-descriptor.ts';

const TRANSPORTS = [
  ['Node', null],
  ['the raw transport', 1024 * 1024],
] as const;

describe.each(TRANSPORTS)('a server that leaves, with %s', (_, rawBodyBytesAtMost) => {
  let http: HttpServer;
  let agent: Agent;
  let port = 0;
  const open = async (idleTimeoutMs = 60_000): Promise<void> => {
    http = openHttpServer(
      (ask, reply) => {
        const answer = (): void => {
          reply.writeHead(200, { 'content-length': 5 });
          reply.end('whole');
        };
        if (ask.url === '/at-once') answer();
        else setTimeout(answer, 50);
      },
      (what, error) => {
        throw new Error(what, { cause: error });
      },
      { idleTimeoutMs, checkEveryMs: 50 },
      null,
      rawBodyBytesAtMost,
    );
    port = Number(new URL(await http.listen({ host: '127.0.0.1', port: 0, isShared: false })).port);
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
  };
  afterEach(() => {
    agent.destroy();
    http.closeAll();
  });
  const ask = (path: string): Promise<{ connection: string | undefined; body: string }> =>
    new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, agent, path }, (answer) => {
        let body = '';
        answer.on('data', (chunk) => {
          body += String(chunk);
        });
        answer.on('end', () => resolve({ connection: answer.headers.connection, body }));
      })
        .on('error', reject)
        .end();
    });

  it.each(['/at-once', '/later'])('answers once more on an open connection and says so: %s', async (path) => {
    await open();
    expect(listeningDescriptor(http.server)).toBeGreaterThan(2);
    expect(await ask(path)).toEqual({ connection: 'keep-alive', body: 'whole' });
    let hasLeft = false;
    const left = http.leave().then(() => {
      hasLeft = true;
    });
    expect(listeningDescriptor(http.server)).toBeNull();
    // Idle, and not closed for that.
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(hasLeft).toBe(false);
    expect(await ask(path)).toEqual({ connection: 'close', body: 'whole' });
    await left;
    await expect(ask(path)).rejects.toThrow('ECONNREFUSED');
  });

  it('ends a connection on which nothing is asked by its time-out', async () => {
    await open(200);
    const socket: Socket = connect(port, '127.0.0.1');
    let said = '';
    socket.on('data', (chunk) => {
      said += String(chunk);
    });
    socket.write('GET /at-once HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(() => said.includes('whole'));
    await http.leave();
    expect(said.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });
});
