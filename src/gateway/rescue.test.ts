import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findInvocation } from './invocation-log/find.ts';
import { type Harness, startHarness, until } from './testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from './testing/table.ts';
import { startUpstream, type TestUpstream } from './testing/upstream.ts';

const INFER = '/v2/models/spam/infer';
const TIMEOUTS = { connectMs: 500, firstByteMs: 250, totalMs: 2_000, idleMs: 500 };

describe('rescue', () => {
  let harness: Harness;
  let stable: TestUpstream;
  beforeEach(async () => {
    harness = await startHarness();
    stable = await startUpstream((req, res, body) => res.end(`stable got ${req.method} ${body.toString()}`));
  });
  afterEach(async () => {
    await harness.remove();
    await stable.close();
  });
  const expose = (
    address: string,
    overrides: Parameters<typeof candidateAt>[1] = {},
    service: Parameters<typeof serviceWith>[0] = {},
  ) =>
    harness.push(
      tableWith(1, [
        serviceWith({
          stable: stableAt(stable.address),
          candidate: candidateAt([address], { share: 1, ...overrides }),
          timeouts: TIMEOUTS,
          ...service,
        }),
      ]),
    );
  const expectRescued = async (): Promise<void> => {
    const answer = await harness.ask(INFER, { method: 'POST', body: '{"n":1}' });
    expect([answer.status, answer.body]).toEqual([200, 'stable got POST {"n":1}']);
    expect(answer.headers['tidegate-rescued']).toBe('true');
    expect(answer.headers['tidegate-release']).toBe('1.0.0@aaaaaaaaaaaa');
    await until(() => harness.cohorts()[0]?.guards.errors?.candidate.bad === 1);
    expect(harness.cohorts()[0]!.guards.errors).toMatchObject({
      stable: { started: 0, bad: 0, good: 0 },
      candidate: { started: 1, bad: 1, good: 0 },
    });
    await until(() => harness.traffic().some(({ track, answered }) => track === 'stable' && answered === 1));
    const counts = harness.traffic();
    expect(counts.find(({ track }) => track === 'candidate')).toMatchObject({
      answered: 0,
      failed: 1,
      rescued: 1,
    });
    expect(counts.find(({ track }) => track === 'stable')).toMatchObject({
      answered: 1,
      failed: 0,
      rescued: 0,
    });
    const id = String(answer.headers['tidegate-invocation']);
    await until(async () => (await findInvocation(harness.logDir, id)) !== null);
    expect((await findInvocation(harness.logDir, id))!.invocation).toMatchObject({
      track: 'candidate',
      rescued: true,
      answeredBy: '1.0.0@aaaaaaaaaaaa',
      status: 200,
      rollout: 'rollout-1',
      share: 1,
    });
  };

  it('answers by stable when the candidate says 5xx', async () => {
    const failing = await startUpstream((_, res) => res.writeHead(503).end('no'));
    await expose(failing.address);
    await expectRescued();
    await failing.close();
  });

  it('answers by stable when nobody listens', async () => {
    const gone = await startUpstream('gone');
    await gone.close();
    await expose(gone.address);
    await expectRescued();
  });

  it('answers by stable when the candidate breaks the connection', async () => {
    const breaking = await startUpstream((req) => req.socket.destroy());
    await expose(breaking.address);
    await expectRescued();
    // The request that breaks a process is not tried on the next one.
    expect(breaking.requests).toBe(1);
    await breaking.close();
  });

  it('answers by stable when the candidate breaks off between head and body', async () => {
    const breaking = await startUpstream((_, res) => {
      res.writeHead(200, { 'content-length': '100' });
      res.flushHeaders();
      setTimeout(() => res.destroy(), 20);
    });
    await expose(breaking.address);
    await expectRescued();
    await breaking.close();
  });

  it('answers by stable when the candidate hangs, which is slow as well', async () => {
    const hanging = await startUpstream(() => {});
    await expose(hanging.address, {
      readings: {
        guards: [
          { name: 'errors', marginShare: 0.02 },
          { name: 'slow', marginShare: 0.02 },
        ],
        slowMs: 100,
        feedbackWithinMs: 500,
      },
    });
    await expectRescued();
    expect(harness.cohorts()[0]!.guards.slow!.candidate).toEqual({ started: 1, bad: 1, good: 0 });
    await hanging.close();
  });

  it('answers by stable when the candidate speaks no HTTP', async () => {
    const garbling = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end('SSH-2.0-nothing\r\n'));
    });
    await new Promise<void>((resolve) => garbling.listen(0, '127.0.0.1', resolve));
    await expose(`http://127.0.0.1:${(garbling.address() as AddressInfo).port}`);
    await expectRescued();
    garbling.close();
  });

  it('never sends a plain write twice unless the service allows it', async () => {
    const failing = await startUpstream((_, res) => res.writeHead(500).end('failed'));
    await expose(failing.address, {}, { protocol: 'http' });
    const post = () => harness.ask('/services/spam/orders', { method: 'POST', body: 'x' });
    const unsafe = await post();
    expect([unsafe.status, unsafe.body, unsafe.headers['tidegate-rescued']]).toEqual([
      500,
      'failed',
      undefined,
    ]);
    expect(stable.requests).toBe(0);
    expect((await harness.ask('/services/spam/orders')).body).toBe('stable got GET ');
    await harness.push(
      tableWith(2, [
        serviceWith({
          protocol: 'http',
          repeatable: true,
          stable: stableAt(stable.address),
          candidate: candidateAt([failing.address], { share: 1 }),
        }),
      ]),
    );
    expect((await post()).body).toBe('stable got POST x');
    await failing.close();
  });

  it('shows the candidate as it is where rescue is off or the body is too long to keep', async () => {
    const failing = await startUpstream((_, res) => res.writeHead(500).end('failed'));
    await expose(failing.address, { rescue: false });
    expect((await harness.ask(INFER, { method: 'POST', body: '{}' })).status).toBe(500);
    await harness.push(
      tableWith(2, [
        serviceWith({
          stable: stableAt(stable.address),
          candidate: candidateAt([failing.address], { share: 1 }),
        }),
      ]),
    );
    const long = await harness.ask(INFER, { method: 'POST', body: Buffer.alloc(2_000_000, 'x') });
    expect([long.status, long.body]).toEqual([500, 'failed']);
    expect(stable.requests).toBe(0);
    await failing.close();
  });

  it("does not call a stable failure anything but stable's", async () => {
    const failing = await startUpstream((_, res) => res.writeHead(500).end('failed'));
    const broken = await startUpstream((_, res) => res.writeHead(502).end('also failed'));
    await harness.push(
      tableWith(1, [
        serviceWith({
          stable: stableAt(broken.address),
          candidate: candidateAt([failing.address], { share: 1 }),
        }),
      ]),
    );
    const answer = await harness.ask(INFER);
    expect([answer.status, answer.body, answer.headers['tidegate-rescued']]).toEqual([
      502,
      'also failed',
      'true',
    ]);
    await until(() => harness.cohorts()[0]?.guards.errors?.candidate.bad === 1);
    expect(harness.cohorts()[0]!.guards.errors!.stable.started).toBe(0);
    await until(() => harness.traffic().some(({ track, answered }) => track === 'stable' && answered === 1));
    expect(harness.traffic().find(({ track }) => track === 'stable')).toMatchObject({
      answered: 1,
      failed: 1,
    });
    await failing.close();
    await broken.close();
  });
});
