import { request as httpRequest, METHODS } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dial, speak, statusesIn } from '../../../test/attack/raw-client.ts';
import { type Harness, startHarness } from '../testing/harness.ts';
import { serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream, type TestUpstream } from '../testing/upstream.ts';

const POST = 'POST /services/spam/x HTTP/1.1\r\nhost: a\r\n';

describe('the raw transport', () => {
  let upstream: TestUpstream;
  let harness: Harness;
  beforeEach(async () => {
    upstream = await startUpstream('spam');
    harness = await startHarness({ transport: 'raw' });
    await harness.push(tableWith(1, [serviceWith({ protocol: 'http', stable: stableAt(upstream.address) })]));
  });
  afterEach(async () => {
    expect(harness.complaints).toEqual([]);
    await harness.remove();
    await upstream.close();
  });
  const counts = () => harness.gateway.counts().raw!;

  it('reads what usual clients send, one request after the other on a connection', async () => {
    for (let n = 0; n < 5; n += 1) {
      const answer = await fetch(`${harness.gateway.address}/services/spam/x`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ n }),
      });
      expect(answer.status).toBe(200);
      await answer.arrayBuffer();
    }
    const status = await new Promise<number>((resolve, reject) => {
      const { hostname, port } = new URL(harness.gateway.address);
      const req = httpRequest(
        {
          hostname,
          port,
          path: '/services/spam/x',
          method: 'POST',
          headers: { connection: 'keep-alive', 'content-length': 2 },
        },
        (res) => {
          res.resume();
          res.on('end', () => resolve(res.statusCode!));
        },
      );
      req.on('error', reject);
      req.end('{}');
    });
    expect(status).toBe(200);
    expect(counts()).toEqual({ requests: 6, handedOver: 0 });
  });

  it('waits for a body that comes in pieces, and answers once', async () => {
    const pieces = [`${POST}content-length: 11\r\n\r\n`, 'hel', 'lo wor', 'ld'];
    const heard = await speak(harness.gateway.address, pieces, { betweenMs: 20, forMs: 1_000 });
    expect(statusesIn(heard)).toEqual([200]);
    expect(counts()).toEqual({ requests: 1, handedOver: 0 });
  });

  it.each([
    [
      'a head in two pieces',
      ['POST /services/spam/x HTTP/1.1\r\nho', 'st: a\r\ncontent-length: 2\r\n\r\nok'],
    ],
    ['a body in chunks', [`${POST}transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`]],
    ['an expectation', [`${POST}expect: 100-continue\r\ncontent-length: 2\r\n\r\n`, 'ok']],
    ['a header twice', [`${POST}x-a: 1\r\nx-a: 2\r\ncontent-length: 2\r\n\r\nok`]],
    ['a name that every object has', [`${POST}constructor: 1\r\ncontent-length: 2\r\n\r\nok`]],
    ['a wish to close', [`${POST}connection: close\r\ncontent-length: 2\r\n\r\nok`]],
    ['HTTP/1.0', ['GET /services/spam/x HTTP/1.0\r\n\r\n']],
    ['two requests at once', [`${POST}content-length: 2\r\n\r\nok${POST}content-length: 2\r\n\r\nok`]],
  ])('leaves %s to the standard transport, which answers', async (name, pieces) => {
    const heard = await speak(harness.gateway.address, pieces, { betweenMs: 20, forMs: 1_500 });
    expect(statusesIn(heard)).toEqual(name === 'two requests at once' ? [200, 200] : [200]);
    expect(counts()).toEqual({ requests: 0, handedOver: 1 });
  });

  it('leaves a connection in the middle, and what follows is answered all the same', async () => {
    const heard = await speak(
      harness.gateway.address,
      [
        `${POST}content-length: 2\r\n\r\nok`,
        `${POST}transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
        `${POST}content-length: 2\r\n\r\nok`,
      ],
      { betweenMs: 150, forMs: 1_500 },
    );
    expect(statusesIn(heard)).toEqual([200, 200, 200]);
    expect(counts()).toEqual({ requests: 1, handedOver: 1 });
  });

  it('ends connections that ask nothing, or not to the end, or not again', async () => {
    await harness.remove();
    harness = await startHarness({
      transport: 'raw',
      settings: {
        http: { headersTimeoutMs: 300, requestTimeoutMs: 300, idleTimeoutMs: 300, checkEveryMs: 50 },
      },
    });
    await harness.push(tableWith(1, [serviceWith({ protocol: 'http', stable: stableAt(upstream.address) })]));
    const { address } = harness.gateway;
    const [silent, cut, idle] = await Promise.all([
      speak(address, [], { forMs: 5_000 }),
      speak(address, `${POST}content-length: 9\r\n\r\nok`, { forMs: 5_000 }),
      speak(address, `${POST}content-length: 2\r\n\r\nok`, { forMs: 5_000 }),
    ]);
    expect([statusesIn(silent), silent.endedBy]).toEqual([[408], 'gateway']);
    expect([statusesIn(cut), cut.endedBy]).toEqual([[408], 'gateway']);
    expect([statusesIn(idle), idle.endedBy]).toEqual([[200], 'gateway']);
  });

  it('passes every method on by its name', async () => {
    const methods = METHODS.filter((method) => method !== 'CONNECT' && method !== 'TRACE');
    const seen: string[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        seen.push(chunk.toString('latin1').split(' ', 1)[0]!);
        socket.end('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await harness.push(
      tableWith(2, [serviceWith({ protocol: 'http', stable: stableAt(`http://127.0.0.1:${port}`) })]),
    );
    for (const method of methods) {
      const { hostname, port: at } = new URL(harness.gateway.address);
      await new Promise<void>((resolve, reject) => {
        const req = httpRequest({ hostname, port: at, path: '/services/spam/x', method }, (res) => {
          res.resume();
          res.on('end', resolve);
        });
        req.on('error', reject);
        req.end();
      });
    }
    expect(seen).toEqual(methods);
    await new Promise((resolve) => server.close(resolve));
  });

  it('asks an upstream again on the same connection, and not longer than that keeps it', async () => {
    const sockets = new Set<Socket>();
    let hint = '';
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('data', () => socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 2\r\n${hint}\r\nok`));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await harness.push(
      tableWith(2, [serviceWith({ protocol: 'http', stable: stableAt(`http://127.0.0.1:${port}`) })]),
    );
    const ask = async () => expect((await harness.ask('/services/spam/x')).status).toBe(200);
    await ask();
    await ask();
    expect(sockets.size).toBe(1);
    // A second is what it says, and a second is the margin.
    hint = 'keep-alive: timeout=1\r\n';
    await ask();
    await ask();
    expect(sockets.size).toBe(2);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('tells the release that a client has left', async () => {
    const seen: Promise<void> = new Promise((resolve) => {
      const server = createServer((socket) => {
        socket.on('error', () => {});
        socket.on('close', () => {
          server.close();
          resolve();
        });
        socket.resume();
      });
      server.listen(0, '127.0.0.1', async () => {
        const { port } = server.address() as AddressInfo;
        await harness.push(
          tableWith(3, [serviceWith({ protocol: 'http', stable: stableAt(`http://127.0.0.1:${port}`) })]),
        );
        const socket = dial(harness.gateway.address);
        socket.write(`${POST}content-length: 2\r\n\r\nok`);
        setTimeout(() => socket.destroy(), 200);
      });
    });
    await seen;
    expect(harness.gateway.counts()).toMatchObject({ inFlight: 0, answered: 1 });
  });
});
