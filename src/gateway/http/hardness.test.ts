import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Harness, pause, startHarness, until } from '../testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream, type TestUpstream } from '../testing/upstream.ts';

describe('a gateway under bad manners', () => {
  let harness: Harness;
  let stable: TestUpstream;
  let seen: string[];
  beforeEach(async () => {
    harness = await startHarness();
    seen = [];
    stable = await startUpstream((req, res, body) => {
      seen.push(`${req.method} ${req.url} ${body.toString()}`);
      res.end('ok');
    });
    await harness.push(tableWith(1, [serviceWith({ protocol: 'http', stable: stableAt(stable.address) })]));
  });
  afterEach(async () => {
    await harness.remove();
    await stable.close();
  });
  /** Everything that comes back until the connection is closed, or for a while. */
  const say = (text: string, forMs = 250): Promise<string> =>
    new Promise((resolve) => {
      let heard = '';
      const socket = connect(Number(new URL(harness.gateway.address).port), '127.0.0.1', () =>
        socket.write(text),
      );
      socket.on('data', (chunk) => {
        heard += chunk.toString('latin1');
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(heard));
      setTimeout(() => socket.destroy(), forMs);
    });
  const stillServes = async (): Promise<void> =>
    expect((await harness.ask('/services/spam/x')).status).toBe(200);

  it.each([
    [
      'two lengths',
      'POST /services/spam/x HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd',
    ],
    [
      'length and chunks',
      'POST /services/spam/x HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /services/spam/smuggled HTTP/1.1\r\nhost: a\r\n\r\n',
    ],
    [
      'unknown coding last',
      'POST /services/spam/x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n',
    ],
    ['a bare line feed in a header', 'GET /services/spam/x HTTP/1.1\r\nhost: a\r\nx: a\nb: c\r\n\r\n'],
    [
      'a space before the colon',
      'POST /services/spam/x HTTP/1.1\r\nhost: a\r\ncontent-length : 3\r\n\r\nabc',
    ],
    ['two hosts', 'GET /services/spam/x HTTP/1.1\r\nhost: a\r\nHost: b\r\n\r\n'],
    ['no host', 'GET /services/spam/x HTTP/1.1\r\n\r\n'],
    ['garbage', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
    ['a huge header', `GET /services/spam/x HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`],
  ])('refuses %s and goes on', async (_, text) => {
    const answer = await say(text);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    await pause(20);
    expect(seen.filter((line) => line.includes('smuggled'))).toEqual([]);
    await stillServes();
  });

  it('refuses TRACE, which would give a client its own secrets back, and a second host, and hangs up', async () => {
    const trace = await say('TRACE /services/spam/x HTTP/1.1\r\nhost: a\r\n\r\n');
    expect(trace).toMatch(/^HTTP\/1\.1 405 .*\r\nconnection: close\r\n/is);
    const hosts = await say('GET /services/spam/x HTTP/1.1\r\nhost: a\r\nHOST: a\r\n\r\n');
    expect(hosts).toMatch(/^HTTP\/1\.1 400 .*\r\nconnection: close\r\n/is);
    expect(seen).toEqual([]);
  });

  it('keeps pipelined requests apart and in order', async () => {
    const one = (n: number) =>
      `POST /services/spam/${n} HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\n${n}`;
    const answer = await say(one(1) + one(2) + one(3));
    expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(3);
    expect([...seen].sort()).toEqual(['POST /1 1', 'POST /2 2', 'POST /3 3']);
  });

  it('survives clients that leave in the middle of a request', async () => {
    for (let n = 0; n < 20; n += 1) {
      await say(
        `POST /services/spam/x HTTP/1.1\r\nhost: a\r\ncontent-length: ${n % 2 === 0 ? 100 : 5_000_000}\r\n\r\nab`,
        5,
      );
    }
    await until(() => harness.gateway.counts().inFlight === 0 && harness.gateway.counts().calls === 0);
    await stillServes();
  });

  it('passes on a service that answers before it has read the upload', async () => {
    const hasty = await startUpstream('unused');
    await hasty.close();
    const { createServer } = await import('node:http');
    const server = createServer((_, res) => {
      res.writeHead(413, { connection: 'close' }).end('too much');
    });
    await new Promise<void>((resolve) => server.listen(hasty.port, '127.0.0.1', resolve));
    await harness.push(tableWith(2, [serviceWith({ protocol: 'http', stable: stableAt(hasty.address) })]));
    const status = await fetch(`${harness.gateway.address}/services/spam/x`, {
      method: 'POST',
      body: Buffer.alloc(3_000_000),
    }).then(
      (answer) => answer.status,
      () => 0,
    );
    expect([413, 502]).toContain(status);
    await until(() => harness.gateway.counts().inFlight === 0);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('keeps its counts exact over a mixture of everything', async () => {
    let n = 0;
    const moody = await startUpstream((req, res) => {
      n += 1;
      if (n % 5 === 0) req.socket.destroy();
      else if (n % 7 === 0) res.writeHead(500).end('x');
      else if (n % 11 === 0) setTimeout(() => res.end('slow'), 450);
      else if (n % 13 === 0) {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        res.write('data: x\n\n');
        setTimeout(() => res.destroy(), 5);
      } else res.end('fine');
    });
    await harness.push(
      tableWith(3, [
        serviceWith({
          stable: stableAt(moody.address),
          candidate: candidateAt([moody.address], { share: 0.4, mirrorShare: 0.5 }),
        }),
      ]),
    );
    const ask = (at: number) => {
      const leaving = at % 17 === 0 ? { signal: AbortSignal.timeout(3) } : {};
      return fetch(`${harness.gateway.address}/v2/models/spam/infer`, {
        method: 'POST',
        body: '{}',
        ...leaving,
      })
        .then((answer) => answer.text())
        .catch(() => '');
    };
    for (let at = 0; at < 600; at += 60)
      await Promise.all(Array.from({ length: 60 }, (_, more) => ask(at + more)));
    await until(
      () => harness.cohorts().length > 0 && harness.cohorts().every(({ settled }) => settled),
      6_000,
    );
    await until(() => harness.gateway.counts().cohortsRetained === 0);
    let started = 0;
    for (const { guards, pairs } of harness.cohorts()) {
      for (const [guard, tracks] of Object.entries(guards)) {
        for (const { started: all, bad, good } of Object.values(tracks)) {
          expect(bad + good).toBe(all);
          if (guard === 'errors') started += all;
        }
      }
      for (const pair of Object.values(pairs ?? {})) {
        expect(pair.both + pair.stableOnly + pair.candidateOnly + pair.neither).toBe(pair.started);
      }
    }
    const { answered, inFlight, calls, followed, log } = harness.gateway.counts();
    // A client that left before its request was read is no invocation.
    expect(started).toBe(answered);
    expect(answered).toBeLessThanOrEqual(600);
    expect(answered).toBeGreaterThan(560);
    expect({ inFlight, calls, followed }).toEqual({ inFlight: 0, calls: 0, followed: 0 });
    expect(log.written + log.waiting + log.dropped).toBe(answered);
    await moody.close();
  });
});
