import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpLimits } from '../../src/gateway/http/http-server.ts';
import { type Harness, pause, startHarness, until } from '../../src/gateway/testing/harness.ts';
import { candidateAt, serviceWith, tableWith } from '../../src/gateway/testing/table.ts';
import { dial, speak, statusesIn } from './raw-client.ts';
import { plainOk, type RawAnswer, type RawUpstream, startRawUpstream } from './raw-upstream.ts';

const POST = 'POST /services/spam/x HTTP/1.1\r\nhost: a\r\n';
const GET = 'GET /services/spam/x HTTP/1.1\r\nhost: a\r\n\r\n';
const MEGABYTE = 1024 * 1024;
/** Generous, so that a busy machine is not taken for a silent service. */
const timeouts = { connectMs: 5_000, firstByteMs: 10_000, totalMs: 20_000, idleMs: 10_000 };

const errors = ({ harness }: Stage) => harness.cohorts().map(({ guards }) => guards.errors!.candidate);

interface Stage {
  harness: Harness;
  upstream: RawUpstream;
  /** What the service answers from now on. */
  answer: RawAnswer;
}

/** A gateway with these limits before a service, all to the candidate; afterwards everything must be at rest and nothing odd said. */
function stageWith(http: Partial<HttpLimits>): Stage {
  const stage = {} as Stage;
  beforeEach(async () => {
    stage.answer = plainOk;
    stage.harness = await startHarness({ settings: { http } });
    stage.upstream = await startRawUpstream((...args) => stage.answer(...args));
    await stage.harness.push(
      tableWith(1, [
        serviceWith({
          protocol: 'http',
          timeouts,
          candidate: candidateAt([stage.upstream.address], { share: 1 }),
        }),
      ]),
    );
  });
  afterEach(async () => {
    const { harness, upstream } = stage;
    stage.answer = plainOk;
    expect((await harness.ask('/services/spam/x')).status).toBe(200);
    await until(() => harness.gateway.counts().inFlight === 0 && harness.gateway.counts().calls === 0);
    expect(harness.complaints).toEqual([]);
    await harness.remove();
    await upstream.close();
  });
  return stage;
}

describe('a client that takes its time', () => {
  const stage = stageWith({
    headersTimeoutMs: 300,
    requestTimeoutMs: 700,
    idleTimeoutMs: 400,
    checkEveryMs: 50,
    connectionsAtMost: 40,
  });

  it.each([
    ['says nothing', [''], 408],
    ['sends its head byte by byte', [...`GET /services/spam/x HTTP/1.1\r\nx: ${'y'.repeat(200)}`], 408],
    ['sends its body byte by byte', [`${POST}content-length: 500\r\n\r\n`, ...'y'.repeat(400)], 408],
    [
      'sends its chunks byte by byte',
      [`${POST}transfer-encoding: chunked\r\n\r\n`, ...'1\r\ny\r\n'.repeat(80)],
      408,
    ],
    ['stops inside its body', [`${POST}content-length: 500\r\n\r\nabc`], 408],
  ])('that %s is let go after a while, and nothing of it gets to a service', async (_, pieces, status) => {
    const heard = await speak(stage.harness.gateway.address, pieces, { forMs: 8_000, betweenMs: 20 });
    expect([statusesIn(heard), heard.endedBy]).toEqual([[status], 'gateway']);
    expect(stage.upstream.received()).toBe('');
  });

  it('that keeps a connection for nothing loses it', async () => {
    const startedAtMs = performance.now();
    const heard = await speak(stage.harness.gateway.address, GET, { forMs: 8_000 });
    expect([statusesIn(heard), heard.endedBy]).toEqual([[200], 'gateway']);
    expect(performance.now() - startedAtMs).toBeGreaterThan(300);
  });

  it('cannot keep others out for longer than it holds its connections', async () => {
    const sockets = Array.from({ length: 80 }, () => dial(stage.harness.gateway.address));
    for (const socket of sockets) socket.on('error', () => {}).resume();
    await until(() => sockets.filter(({ closed }) => closed).length >= 40);
    await until(() => sockets.every(({ closed }) => closed));
    expect((await stage.harness.ask('/services/spam/x')).status).toBe(200);
  });
});

describe('a client that misbehaves', () => {
  const stage = stageWith({ checkEveryMs: 100, bodyBytesAtMost: 3 * MEGABYTE });

  it('that announces a body over the limit gets 413 before it is sent', async () => {
    const heard = await speak(
      stage.harness.gateway.address,
      `${POST}content-length: ${3 * MEGABYTE + 1}\r\n\r\nabc`,
      {
        forMs: 3_000,
      },
    );
    expect([statusesIn(heard), heard.endedBy]).toEqual([[413], 'gateway']);
    expect(stage.upstream.received()).toBe('');
  });

  it('that sends chunks without end gets 413, and the service never a whole request', async () => {
    stage.answer = () => {};
    const socket = dial(stage.harness.gateway.address);
    let heard = '';
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
    });
    socket.write(`${POST}transfer-encoding: chunked\r\n\r\n`);
    const chunk = `10000\r\n${'y'.repeat(65_536)}\r\n`;
    let sent = 0;
    while (!socket.closed && sent < 200 * MEGABYTE) {
      if (!socket.write(chunk))
        await Promise.race([new Promise((go) => socket.once('drain', go)), pause(100)]);
      sent += chunk.length;
    }
    await until(() => socket.closed);
    expect(sent).toBeLessThan(200 * MEGABYTE);
    // When it is still sending, the reset of the connection may overtake the answer.
    expect(['', '413']).toContain(heard.slice(9, 12));
    await until(() => stage.upstream.connections[0]!.isClosed);
    expect(stage.upstream.received().endsWith('0\r\n\r\n')).toBe(false);
    await until(() => errors(stage).some(({ good }) => good === 1));
    expect(errors(stage).every(({ bad }) => bad === 0)).toBe(true);
  });

  it.each([
    [
      'while its long body is sent',
      [`${POST}content-length: ${2 * MEGABYTE}\r\n\r\n`, Buffer.alloc(1.5 * MEGABYTE)],
    ],
    ['while it waits', [GET]],
    ['inside the answer', [GET], 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc'],
  ])('that leaves %s takes its call with it, and blames nobody', async (_, pieces, begun = '') => {
    stage.answer = (socket) => void (begun !== '' && socket.write(begun));
    const socket = dial(stage.harness.gateway.address);
    socket.on('error', () => {});
    for (const piece of pieces) socket.write(piece);
    await until(() => stage.upstream.connections.length === 1 && stage.harness.gateway.counts().calls === 1);
    if (begun !== '') await new Promise((resolve) => socket.once('data', resolve));
    const leftAtMs = performance.now();
    socket.destroy();
    await until(() => stage.upstream.connections[0]!.isClosed);
    expect(performance.now() - leftAtMs).toBeLessThan(1_000);
    expect(stage.harness.gateway.counts()).toMatchObject({ calls: 0, inFlight: 0 });
    await until(() => errors(stage).some(({ good }) => good === 1));
    expect(errors(stage).every(({ bad }) => bad === 0)).toBe(true);
  });

  it('that reads nothing is let go, and the release is not blamed', async () => {
    await stage.harness.push(
      tableWith(2, [
        serviceWith({
          protocol: 'http',
          timeouts: { ...timeouts, idleMs: 300 },
          candidate: candidateAt([stage.upstream.address], { share: 1 }),
        }),
      ]),
    );
    stage.answer = (socket) =>
      void socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 60000000\r\n\r\n${'y'.repeat(60_000_000)}`);
    const socket = dial(stage.harness.gateway.address);
    socket.on('error', () => {});
    socket.pause();
    socket.write(GET);
    await until(() => stage.harness.gateway.counts().calls === 1);
    await until(() => stage.harness.gateway.counts().calls === 0, 10_000);
    await until(() => errors(stage).some(({ good }) => good === 1));
    expect(errors(stage).every(({ bad }) => bad === 0)).toBe(true);
    socket.destroy();
  });
});
