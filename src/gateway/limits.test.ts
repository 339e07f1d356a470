import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Limits, UNLIMITED } from '../core/limits/limits.ts';
import { type Harness, startHarness, until } from './testing/harness.ts';
import { serviceWith, stableAt, tableWith } from './testing/table.ts';
import { startUpstream, type TestUpstream } from './testing/upstream.ts';

let harness: Harness;
let upstream: TestUpstream;
let held: (() => void)[];
let seq = 0;
beforeEach(async () => {
  held = [];
  harness = await startHarness();
  upstream = await startUpstream((req, res) => {
    if (req.url!.endsWith('/slow')) held.push(() => res.end('at last'));
    else res.end('quick');
  });
});
afterEach(async () => {
  for (const answer of held) answer();
  await harness.remove();
  await upstream.close();
});

const serve = (change: Partial<Limits>, keys: readonly string[] = []): Promise<void> => {
  seq += 1;
  const limits: Limits = {
    total: UNLIMITED,
    services: {},
    keys: UNLIMITED,
    tiers: [],
    queue: { waiting: 0, waitMs: 5_000 },
    ...change,
  };
  const hashes = keys.map((id) => ({
    id,
    sha256: createHash('sha256').update(`key of ${id}`).digest('hex'),
  }));
  const service = serviceWith({ protocol: 'http', stable: stableAt(upstream.address) });
  return harness.push(
    tableWith(seq, [service], { apiKeys: { required: keys.length > 0, keys: hashes }, limits }),
  );
};
const ask = (path = '/quick', key?: string) =>
  harness.ask(
    `/services/spam${path}`,
    key === undefined ? {} : { headers: { 'x-api-key': `key of ${key}` } },
  );
const slow = { rates: { requests: { perSecond: 0.5, burst: 2 } }, inFlight: null };

describe('limits at the door', () => {
  it('refuse what is over the rate of a key, tell when to come again, and leave other keys alone', async () => {
    await serve({ keys: slow }, ['a', 'b']);
    expect([(await ask('/quick', 'a')).status, (await ask('/quick', 'a')).status]).toEqual([200, 200]);
    const refused = await ask('/quick', 'a');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(2);
    expect(JSON.parse(refused.body)).toMatchObject({
      code: 'rate-limited',
      detail: 'The limit "key a requests" is used up.',
    });
    expect((await ask('/quick', 'b')).status).toBe(200);
    expect(upstream.requests).toBe(3);
    expect(harness.gateway.counts()).toMatchObject({ answered: 3, limits: { limited: 1 } });
  });

  it('are raised by the next table, without a restart', async () => {
    await serve({ total: slow });
    expect([(await ask()).status, (await ask()).status, (await ask()).status]).toEqual([200, 200, 429]);
    await serve({ total: { rates: { requests: { perSecond: 1_000, burst: 1_000 } }, inFlight: null } });
    await until(async () => (await ask()).status === 200);
    seq += 1;
    await harness.push(
      tableWith(seq, [serviceWith({ protocol: 'http', stable: stableAt(upstream.address) })]),
    );
    for (let n = 0; n < 50; n += 1) expect((await ask()).status).toBe(200);
  });

  it('count the tokens that answers report, and let nobody in until they are paid', async () => {
    const answer = JSON.stringify({
      usage: { prompt_tokens: 300, completion_tokens: 700, total_tokens: 1_000 },
    });
    const model = await startUpstream((_req, res) =>
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer),
    );
    seq += 1;
    const tokens = { rates: { tokens: { perSecond: 100, burst: 100 } }, inFlight: null };
    const limits: Limits = {
      total: UNLIMITED,
      services: { spam: tokens },
      keys: UNLIMITED,
      tiers: [],
      queue: { waiting: 0, waitMs: 0 },
    };
    const service = serviceWith({ protocol: 'openai', stable: stableAt(model.address) });
    await harness.push(tableWith(seq, [service], { limits }));
    const chat = () =>
      harness.ask('/v1/chat/completions', {
        method: 'POST',
        body: JSON.stringify({ model: 'spam', messages: [] }),
      });
    expect((await chat()).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 150));
    const refused = await chat();
    expect([refused.status, Number(refused.headers['retry-after']) > 6]).toEqual([429, true]);
    expect(JSON.parse(refused.body)).toMatchObject({ detail: 'The limit "service spam tokens" is used up.' });
    await model.close();
  });

  it('let requests wait for one in flight to end, in turn, and refuse the rest', async () => {
    await serve({
      services: { spam: { rates: {}, inFlight: 1 } },
      queue: { waiting: 1, waitMs: 5_000 },
    });
    const first = ask('/slow');
    await until(() => held.length === 1);
    const second = ask('/quick');
    await until(() => harness.gateway.counts().limits.waiting === 1);
    const third = await ask('/quick');
    expect([third.status, third.headers['retry-after']]).toEqual([503, '1']);
    expect(JSON.parse(third.body)).toMatchObject({ code: 'overloaded' });
    held.shift()!();
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    expect((await ask()).status).toBe(200);
  });

  it('give the place of a client that leaves to the next, whether it waited or was served', async () => {
    await serve({
      services: { spam: { rates: {}, inFlight: 1 } },
      queue: { waiting: 5, waitMs: 10_000 },
    });
    const { hostname, port } = new URL(harness.gateway.address);
    const leaver = () => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => {});
      socket.write('GET /services/spam/slow HTTP/1.1\r\nhost: x\r\n\r\n');
      return socket;
    };
    const served = leaver();
    await until(() => held.length === 1);
    const waits = leaver();
    await until(() => harness.gateway.counts().limits.waiting === 1);
    const stays = ask('/quick');
    await until(() => harness.gateway.counts().limits.waiting === 2);
    waits.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    served.destroy();
    expect((await stays).status).toBe(200);
    expect(upstream.requests).toBe(2);
    expect(harness.gateway.counts()).toMatchObject({ inFlight: 0, limits: { waiting: 0 } });
  });
});
