import type { ServerResponse } from 'node:http';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Harness, pause, startHarness, until } from './testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from './testing/table.ts';
import { startUpstream, type TestUpstream } from './testing/upstream.ts';

interface Received {
  readonly req: ClientRequest;
  readonly res: IncomingMessage;
  readonly chunks: { text: string }[];
  outcome: 'open' | 'end' | 'broken';
}

describe('streaming', () => {
  let harness: Harness;
  const upstreams: TestUpstream[] = [];
  beforeEach(async () => {
    harness = await startHarness();
  });
  afterEach(async () => {
    await harness.remove();
    await Promise.all(upstreams.splice(0).map((upstream) => upstream.close()));
  });

  const serveWith = async (
    answer: Parameters<typeof startUpstream>[0],
    service: Parameters<typeof serviceWith>[0] = {},
  ): Promise<TestUpstream> => {
    const upstream = await startUpstream(answer);
    const stable = await startUpstream('stable');
    upstreams.push(upstream, stable);
    await harness.push(
      tableWith(1, [
        serviceWith({
          stable: stableAt(stable.address),
          candidate: candidateAt([upstream.address], { share: 1 }),
          ...service,
        }),
      ]),
    );
    return upstream;
  };
  const open = (body?: Buffer): Promise<Received> =>
    new Promise((resolve, reject) => {
      const req = request(`${harness.gateway.address}/v2/models/spam/infer`, { method: 'POST' }, (res) => {
        const received: Received = { req, res, chunks: [], outcome: 'open' };
        res.on('data', (chunk: Buffer) => received.chunks.push({ text: chunk.toString() }));
        res.on('end', () => {
          received.outcome = 'end';
        });
        res.on('error', () => {
          received.outcome = 'broken';
        });
        resolve(received);
      });
      req.on('error', reject);
      req.end(body);
    });
  const sse = (res: ServerResponse): void => void res.writeHead(200, { 'content-type': 'text/event-stream' });

  it('passes every event on as it comes', async () => {
    let received: Received | null = null;
    await serveWith(async (_, res) => {
      sse(res);
      for (let n = 0; n < 4; n += 1) {
        res.write(`data: ${n}\n\n`);
        // The next one is written only when the client has this one, so holding any back would hang.
        await until(() => received?.chunks.length === n + 1);
      }
      res.end();
    });
    received = await open();
    await until(() => received?.outcome === 'end');
    const events = ['data: 0\n\n', 'data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n'];
    expect(received.chunks.map(({ text }) => text)).toEqual(events);
    await until(() => harness.cohorts()[0]?.guards.errors?.candidate.good === 1);
    expect(harness.cohorts()[0]!.guards.slow!.candidate).toEqual({ started: 1, bad: 0, good: 1 });
  });

  it('lets a stream be as long as it likes once its first chunk came in time', async () => {
    await serveWith(async (_, res) => {
      sse(res);
      res.write('data: first\n\n');
      await pause(600);
      res.end('data: last\n\n');
    });
    const received = await open();
    await until(() => received.outcome === 'end');
    await until(() => harness.cohorts()[0]?.guards.errors?.candidate.good === 1);
    expect(harness.cohorts()[0]!.guards.slow!.candidate).toEqual({ started: 1, bad: 0, good: 1 });
  });

  it('breaks the connection when the service breaks off, and counts it', async () => {
    await serveWith(async (_, res) => {
      sse(res);
      res.write('data: 1\n\n');
      await pause(30);
      res.destroy();
    });
    const received = await open();
    await until(() => received.outcome !== 'open');
    expect(received.outcome).toBe('broken');
    expect(received.chunks.map(({ text }) => text).join('')).toBe('data: 1\n\n');
    await until(() => harness.cohorts()[0]?.guards.errors?.candidate.bad === 1);
    expect(harness.traffic().find(({ track }) => track === 'candidate')).toMatchObject({
      answered: 1,
      failed: 1,
      rescued: 0,
    });
  });

  it('breaks the connection when the service falls silent inside an answer', async () => {
    await serveWith(
      (_, res) => {
        sse(res);
        res.write('data: 1\n\n');
      },
      { timeouts: { connectMs: 500, firstByteMs: 500, totalMs: 5_000, idleMs: 200 } },
    );
    const received = await open();
    await until(() => received.outcome !== 'open');
    expect(received.outcome).toBe('broken');
    await until(() => harness.cohorts()[0]?.guards.errors?.candidate.bad === 1);
  });

  it('cancels the upstream call when the client leaves', async () => {
    let isCancelled = false;
    await serveWith((_, res) => {
      sse(res);
      res.write('data: 1\n\n');
      res.on('close', () => {
        isCancelled = !res.writableEnded;
      });
    });
    const received = await open();
    await until(() => received.chunks.length === 1);
    received.req.destroy();
    await until(() => isCancelled, 1_000);
    await until(() => harness.gateway.counts().calls === 0);
    await until(() => harness.cohorts()[0]?.guards.errors?.candidate.good === 1);
  });

  it('cancels the upstream call when the client leaves before any answer', async () => {
    let isCancelled = false;
    const upstream = await serveWith((req) => {
      req.socket.on('close', () => {
        isCancelled = true;
      });
    });
    const req = request(`${harness.gateway.address}/v2/models/spam/infer`);
    req.on('error', () => {});
    req.end();
    await until(() => upstream.requests === 1);
    req.destroy();
    await until(() => isCancelled, 1_000);
    await until(() => harness.gateway.counts().inFlight === 0);
  });

  it('holds the service back while the client does not read', async () => {
    let written = 0;
    await serveWith((_, res) => {
      sse(res);
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const pump = (): void => {
        while (written < 256 * 1024 * 1024 && res.write(chunk)) written += chunk.length;
        if (!res.destroyed) res.once('drain', pump);
      };
      pump();
    });
    const req = request(`${harness.gateway.address}/v2/models/spam/infer`);
    req.on('error', () => {});
    const res = await new Promise<IncomingMessage>((resolve) => req.on('response', resolve).end());
    res.on('error', () => {});
    res.pause();
    await pause(300);
    const early = written;
    await pause(300);
    expect(written).toBe(early);
    // What fits into the sockets of both connections, and no more.
    expect(written).toBeLessThan(32 * 1024 * 1024);
    req.destroy();
  });

  it('streams long uploads both ways without losing a byte', async () => {
    const { createHash } = await import('node:crypto');
    await serveWith((_, res, body) => res.end(createHash('sha256').update(body).digest('hex')));
    const body = Buffer.alloc(5_000_000);
    for (let at = 0; at < body.length; at += 4) body.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
    const digest = createHash('sha256').update(body).digest('hex');
    const whole = await harness.ask('/v2/models/spam/infer', { method: 'POST', body });
    expect(whole.body).toBe(digest);
    const chunked = await new Promise<string>((resolve, reject) => {
      const req = request(`${harness.gateway.address}/v2/models/spam/infer`, { method: 'POST' }, (res) => {
        let text = '';
        res.on('data', (chunk) => {
          text += chunk;
        });
        res.on('end', () => resolve(text));
      });
      req.on('error', reject);
      for (let at = 0; at < body.length; at += 300_001) req.write(body.subarray(at, at + 300_001));
      req.end();
    });
    expect(chunked).toBe(digest);
  });
});
