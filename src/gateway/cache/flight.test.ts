import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UNLIMITED } from '../../core/limits/limits.ts';
import type { CachePolicy } from '../../core/routing/cache-policy.ts';
import type { RouteTable, ServiceRoute } from '../../core/routing/table.ts';
import { type AskOptions, type Harness, pause, startHarness, until } from '../testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream, type TestUpstream } from '../testing/upstream.ts';
import { POLICY } from './testing/cache-policy.ts';

const INFER = '/v2/models/spam/infer';
const BODY = '{"inputs":[]}';
const GOOD = '{"outputs":[]}';

let harness: Harness;
/** Answers when it is told to. */
let held: { req: IncomingMessage; res: ServerResponse }[] = [];
let stable: TestUpstream;
let closed = 0;
const others: TestUpstream[] = [];
beforeEach(async () => {
  held = [];
  closed = 0;
  harness = await startHarness();
  stable = await startUpstream((req, res) => {
    held.push({ req, res });
    res.on('close', () => {
      if (!res.writableFinished) closed += 1;
    });
  });
});
afterEach(async () => {
  await harness.remove();
  await stable.close();
  await Promise.all(others.splice(0).map((one) => one.close()));
});

let seq = 0;
const serving = (
  more: Partial<ServiceRoute> = {},
  cache: Partial<CachePolicy> = {},
  table: Partial<RouteTable> = {},
) => {
  seq += 1;
  const service = serviceWith({
    stable: stableAt(stable.address),
    cache: { ...POLICY, ttlMs: 0, isCoalescing: true, hasStreams: true, ...cache },
    ...more,
  });
  return harness.push(tableWith(seq, [service], table));
};
const infer = (options: AskOptions = {}) => harness.ask(INFER, { method: 'POST', body: BODY, ...options });
/** So many more requests have joined one that is under way. */
const joined = (many: number) => until(() => harness.gateway.counts().cache.joined === many);
const answerAll = (status = 200, body = GOOD) => {
  for (const { res } of held.splice(0))
    res.writeHead(status, { 'content-type': 'application/json' }).end(body);
};
const leaving = (target = INFER, body = BODY) => {
  const control = new AbortController();
  const { signal } = control;
  const asked = request(harness.gateway.address + target, { method: 'POST', body, signal })
    .then((answer) => answer.body.text())
    .then(
      () => 'answered',
      () => 'left',
    );
  return { leave: () => control.abort(), asked };
};
const lines = async (): Promise<Record<string, unknown>[]> => {
  const directory = path.join(harness.logDir, 'production');
  const texts = await Promise.all(
    (await readdir(directory)).map((name) => readFile(path.join(directory, name), 'utf8')),
  );
  return texts
    .join('')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
};

describe('requests that ask the same at the same time', () => {
  it('are one call, with the same bytes for each and an invocation of its own', async () => {
    await serving();
    const asked = Array.from({ length: 10 }, () => infer());
    await joined(9);
    expect(stable.requests).toBe(1);
    answerAll();
    const answers = await Promise.all(asked);
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set([GOOD]));
    expect(new Set(answers.map(({ headers }) => headers['tidegate-invocation'])).size).toBe(10);
    expect(answers.map(({ headers }) => headers['tidegate-cache']).sort()).toEqual([
      ...Array(9).fill('joined'),
      'miss',
    ]);
    // Nothing is kept.
    const again = infer();
    await until(() => held.length === 1);
    answerAll();
    await again;
    expect(harness.gateway.counts()).toMatchObject({ answered: 11, inFlight: 0, calls: 0 });
    await harness.stop();
    expect(harness.traffic().map(({ answered, latency }) => [answered, latency.count])).toEqual([[2, 2]]);
    const log = await lines();
    const [leader] = log.filter(({ cache, sparedBy }) => cache === 'miss' && sparedBy === undefined);
    expect(log.filter(({ sparedBy }) => sparedBy === leader!.id)).toHaveLength(9);
  });

  it('are kept apart where anything about them differs', async () => {
    await serving();
    const asked = [infer(), infer({ body: '{"inputs":[1]}' }), infer({ headers: { cookie: 'a=1' } })];
    await until(() => held.length === 3);
    answerAll();
    await Promise.all(asked);
    expect(harness.gateway.counts().cache.joined).toBe(0);
  });

  it('get the answer also when the one that asked first leaves, and the call goes on', async () => {
    await serving();
    const first = leaving();
    await until(() => held.length === 1);
    const rest = [infer(), infer()];
    await joined(2);
    first.leave();
    expect(await first.asked).toBe('left');
    await until(() => harness.gateway.counts().inFlight === 2);
    await pause(50);
    expect(closed).toBe(0);
    answerAll();
    expect((await Promise.all(rest)).map(({ status }) => status)).toEqual([200, 200]);
    expect(stable.requests).toBe(1);
    await until(() => harness.traffic().some(({ answered }) => answered === 1));
  });

  it('end the call when the last of them has left, and not before', async () => {
    // No time-out ends it before.
    await serving({ timeouts: { connectMs: 500, firstByteMs: 60_000, totalMs: 60_000, idleMs: 60_000 } });
    const all = [leaving(), leaving(), leaving()];
    await joined(2);
    await until(() => held.length === 1);
    for (const one of all.slice(0, 2)) one.leave();
    await until(() => harness.gateway.counts().inFlight === 1);
    expect(closed).toBe(0);
    all[2]!.leave();
    await until(() => closed === 1);
    expect(harness.gateway.counts()).toMatchObject({ inFlight: 0, calls: 0, answered: 3 });
    expect(harness.gateway.counts().cache.heldBytes).toBe(0);
    const fresh = infer();
    await until(() => stable.requests === 2);
    answerAll();
    expect((await fresh).status).toBe(200);
  });

  it.each([
    [503, () => answerAll(503, 'busy')],
    [502, () => held.splice(0).forEach(({ req }) => void req.socket.destroy())],
  ])('share a failure (%d), which nobody gets who comes later', async (status, fail) => {
    await serving();
    const asked = [infer(), infer(), infer()];
    await joined(2);
    await until(() => held.length === 1);
    fail();
    const answers = await Promise.all(asked);
    expect(answers.map((answer) => answer.status)).toEqual([status, status, status]);
    expect(new Set(answers.map(({ headers }) => headers['tidegate-invocation'])).size).toBe(3);
    const fresh = infer();
    await until(() => held.length === 1);
    answerAll();
    expect((await fresh).status).toBe(200);
  });

  it('have a time of their own: who came later asks again when the first one’s is over', async () => {
    await serving({ timeouts: { connectMs: 500, firstByteMs: 600, totalMs: 600, idleMs: 600 } });
    const first = infer();
    await until(() => held.length === 1);
    await pause(300);
    const later = [infer(), infer()];
    await joined(2);
    expect((await first).status).toBe(504);
    await until(() => held.length === 2);
    expect(stable.requests).toBe(2);
    answerAll();
    expect((await Promise.all(later)).map(({ status }) => status)).toEqual([200, 200]);
  });

  it('stop waiting at the end of their own time', async () => {
    await serving({ timeouts: { connectMs: 500, firstByteMs: 300, totalMs: 300, idleMs: 300 } });
    const startedAtMs = performance.now();
    const asked = [infer(), infer()];
    await joined(1);
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([504, 504]);
    expect(performance.now() - startedAtMs).toBeLessThan(2_000);
    expect(harness.gateway.counts()).toMatchObject({ inFlight: 0, calls: 0 });
  });

  it('share a stream from its first byte, whenever they came', async () => {
    await serving({ protocol: 'openai' });
    const body = JSON.stringify({ model: 'spam', temperature: 0, stream: true });
    const ask = () => harness.ask('/v1/chat/completions', { method: 'POST', body });
    const first = ask();
    await until(() => held.length === 1);
    const { res } = held[0]!;
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write('data: {"a":1}\n\n');
    await pause(50);
    const second = ask();
    await joined(1);
    res.write('data: {"a":2}\n\n');
    await pause(50);
    res.end('data: {"usage":{"prompt_tokens":5,"completion_tokens":7}}\n\ndata: [DONE]\n\n');
    const [one, two] = await Promise.all([first, second]);
    expect(two.body).toBe(one.body);
    expect(one.body).toContain('"a":1');
    await harness.stop();
    // Tokens were used once.
    expect((await lines()).map(({ tokensOut, cache }) => [cache, tokensOut]).sort()).toEqual([
      ['joined', undefined],
      ['miss', 7],
    ]);
  });

  it('see a broken stream as broken, each of them', async () => {
    await serving({ protocol: 'openai' });
    const body = JSON.stringify({ model: 'spam', temperature: 0, stream: true });
    const asked = [1, 2].map(() =>
      harness.ask('/v1/chat/completions', { method: 'POST', body }).then(
        () => 'whole',
        () => 'broken',
      ),
    );
    await joined(1);
    await until(() => held.length === 1);
    held[0]!.res.writeHead(200, { 'content-type': 'text/event-stream' });
    held[0]!.res.write('data: 1\n\n');
    await pause(50);
    held[0]!.req.socket.destroy();
    expect(await Promise.all(asked)).toEqual(['broken', 'broken']);
    expect(harness.gateway.counts()).toMatchObject({ inFlight: 0, calls: 0 });
  });

  it('do not wait for one that reads slowly, and hold little for it', async () => {
    await serving({ protocol: 'http' }, { entryBytesAtMost: 64 * 1024 });
    const { port } = new URL(harness.gateway.address);
    const slow = connect(Number(port), '127.0.0.1');
    let isClosed = false;
    slow.on('error', () => {});
    slow.on('close', () => {
      isClosed = true;
    });
    slow.pause();
    slow.write('GET /services/spam/big HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(() => held.length === 1);
    const quick = harness.ask('/services/spam/big', { headers: { host: 'x' } });
    await joined(1);
    const { res } = held[0]!;
    const piece = Buffer.alloc(256 * 1024, 120);
    res.writeHead(200, { 'content-length': 64 * piece.length });
    for (let n = 0; n < 64; n += 1)
      if (!res.write(piece)) await new Promise((resolve) => res.once('drain', resolve));
    res.end();
    expect((await quick).body.length).toBe(64 * piece.length);
    slow.resume();
    await until(() => isClosed);
    expect(slow.bytesRead).toBeLessThan(64 * piece.length);
    expect(harness.gateway.counts()).toMatchObject({ inFlight: 0, calls: 0 });
  });

  it('are as slow as the only one that is left', async () => {
    await serving({ protocol: 'http' }, { entryBytesAtMost: 64 * 1024 });
    const { port } = new URL(harness.gateway.address);
    const slow = connect(Number(port), '127.0.0.1');
    slow.on('error', () => {});
    slow.pause();
    slow.write('GET /services/spam/big HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    await until(() => held.length === 1);
    const { res } = held[0]!;
    const piece = Buffer.alloc(256 * 1024, 120);
    res.writeHead(200, { 'content-length': 64 * piece.length });
    let written = 0;
    const sent = (async () => {
      for (; written < 64; written += 1)
        if (!res.write(piece)) await new Promise((resolve) => res.once('drain', resolve));
      res.end();
    })();
    await pause(300);
    expect(written).toBeLessThan(60);
    slow.resume();
    await sent;
    await until(() => slow.bytesRead > 64 * piece.length);
    slow.destroy();
  });

  it('are rescued together', async () => {
    const candidate = await startUpstream((req, res) => {
      held.push({ req, res });
    });
    others.push(candidate);
    await serving({ candidate: candidateAt([candidate.address], { share: 1 }) }, { evidenceShare: 1e-9 });
    const asked = [infer(), infer()];
    await joined(1);
    await until(() => held.length === 1);
    held.pop()!.res.writeHead(500).end();
    await until(() => held.length === 1);
    answerAll();
    for (const { status, headers, body } of await Promise.all(asked))
      expect([status, body, headers['tidegate-rescued'], headers['tidegate-release']]).toEqual([
        200,
        GOOD,
        'true',
        '1.0.0@aaaaaaaaaaaa',
      ]);
    expect([candidate.requests, stable.requests]).toEqual([1, 1]);
    await until(() => harness.traffic().some(({ track, rescued }) => track === 'candidate' && rescued === 1));
  });

  it('each ask by themselves where they are evidence', async () => {
    await serving({ candidate: candidateAt([stable.address], { share: 0.5 }) });
    const asked = [infer(), infer(), infer()];
    await until(() => held.length === 3);
    answerAll();
    for (const { headers } of await Promise.all(asked)) expect(headers['tidegate-cache']).toBe('bypass');
  });

  it('have a sticky cookie each', async () => {
    await serving({ sticky: { by: 'cookie', name: 'seat' } });
    const asked = [infer(), infer()];
    await joined(1);
    await until(() => held.length === 1);
    answerAll();
    const cookies = (await Promise.all(asked)).map(({ headers }) => String(headers['set-cookie']));
    expect(cookies[0]).toMatch(/^seat=/);
    expect(cookies[1]).not.toBe(cookies[0]);
  });

  it('leave the answer for others where it is kept', async () => {
    await serving({}, { ttlMs: 60_000 });
    const asked = [infer(), infer()];
    await joined(1);
    await until(() => held.length === 1);
    answerAll();
    await Promise.all(asked);
    expect((await infer()).headers['tidegate-cache']).toBe('hit');
    expect(stable.requests).toBe(1);
  });

  it('end up with a 500 where the gateway cannot send them, and nobody joins', async () => {
    // A part of the table is damaged, so that sending throws.
    await serving({ batching: null as never });
    const body = '{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1]}]}';
    const asked = await Promise.all([infer({ body }), infer({ body })]);
    expect(asked.map(({ status }) => status)).toEqual([500, 500]);
    expect(harness.complaints.map(({ message }) => message)).toEqual(
      Array(2).fill('a request could not be served'),
    );
    expect(harness.gateway.counts()).toMatchObject({ inFlight: 0, calls: 0, answered: 2 });
    expect(harness.gateway.counts().cache).toMatchObject({ joined: 0, misses: 2, heldBytes: 0 });
    await serving();
    const good = infer({ body });
    await until(() => held.length === 1);
    answerAll();
    expect((await good).status).toBe(200);
    await harness.stop();
    // The two that were not made are not counted.
    expect(harness.usage()).toMatchObject([{ calls: 1 }]);
  });
});

describe('an answer that is for one of them', () => {
  const CHAT = '/v1/chat/completions';
  const QUESTION = JSON.stringify({ model: 'spam', temperature: 0 });
  const USED = '{"usage":{"prompt_tokens":5,"completion_tokens":7}}';
  const JSON_TYPE = { 'content-type': 'application/json' };

  it.each([
    ['set-cookie', 'session=first'],
    ['cache-control', 'max-age=60, private'],
    ['cache-control', 'no-store'],
    ['vary', 'x-request-id'],
    ['vary', '*'],
  ])('goes to the first alone (%s: %s), and all others are asked at once', async (name, value) => {
    await serving();
    const asked = [infer()];
    await until(() => held.length === 1);
    asked.push(infer(), infer(), infer());
    await joined(3);
    held
      .pop()!
      .res.writeHead(200, { ...JSON_TYPE, [name]: value })
      .end('{"for":"first"}');
    expect((await asked[0]!).body).toBe('{"for":"first"}');
    // Not one after the other.
    await until(() => held.length === 3);
    answerAll();
    const [first, ...others] = await Promise.all(asked);
    expect(first!.headers[name]).toBe(value);
    for (const { status, body, headers } of others)
      expect([status, body, headers[name], headers['tidegate-cache']]).toEqual([
        200,
        GOOD,
        undefined,
        'miss',
      ]);
    expect(stable.requests).toBe(4);
    expect(harness.gateway.counts()).toMatchObject({ inFlight: 0, calls: 0, answered: 4 });
    await harness.stop();
    expect((await lines()).filter(({ sparedBy }) => sparedBy !== undefined)).toEqual([]);
    expect(harness.traffic().map(({ answered }) => answered)).toEqual([4]);
  });

  it('is told apart by what the policy names, and by nothing else', async () => {
    await serving({}, { vary: ['accept-language'] });
    const ask = (language: string) => infer({ headers: { 'accept-language': 'de', 'x-place': language } });
    for (const [vary, requests] of [
      ['accept-language', 1],
      ['x-place', 3],
    ] as const) {
      const asked = [ask('here'), ask('there')];
      await until(() => held.length === 1 && harness.gateway.counts().cache.joined === (requests + 1) / 2);
      held
        .pop()!
        .res.writeHead(200, { ...JSON_TYPE, vary })
        .end(GOOD);
      await until(() => stable.requests === requests);
      answerAll();
      for (const { status } of await Promise.all(asked)) expect(status).toBe(200);
    }
  });

  it('is joined by nobody while it is under way', async () => {
    await serving({ protocol: 'openai' });
    const body = JSON.stringify({ model: 'spam', temperature: 0, stream: true });
    const first = harness.ask(CHAT, { method: 'POST', body });
    await until(() => held.length === 1);
    const { res } = held[0]!;
    res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'private' });
    res.write('data: {"a":1}\n\n');
    await pause(50);
    const second = harness.ask(CHAT, { method: 'POST', body });
    await until(() => held.length === 2);
    for (const { res: one } of held.splice(0)) one.end('data: [DONE]\n\n');
    expect((await first).body).toContain('"a":1');
    expect((await second).headers['tidegate-cache']).toBe('miss');
  });

  it('goes to nobody when the first has left, and is paid for', async () => {
    await serving({ protocol: 'openai' });
    const first = leaving(CHAT, QUESTION);
    await until(() => held.length === 1);
    const rest = [1, 2].map(() => harness.ask(CHAT, { method: 'POST', body: QUESTION }));
    await joined(2);
    first.leave();
    await until(() => harness.gateway.counts().inFlight === 2);
    held
      .pop()!
      .res.writeHead(200, { ...JSON_TYPE, 'set-cookie': 'session=first' })
      .end(USED);
    await until(() => held.length === 2);
    answerAll(200, USED);
    for (const { status, headers } of await Promise.all(rest))
      expect([status, headers['set-cookie']]).toEqual([200, undefined]);
    await harness.stop();
    expect(harness.usage()).toMatchObject([{ calls: 3, inputTokens: 15, outputTokens: 21 }]);
  });

  it('has notices of the first alone, and budgets are those of each', async () => {
    const keys = ['a', 'b'].map((id) => ({ id, sha256: createHash('sha256').update(id).digest('hex') }));
    const limits = {
      total: UNLIMITED,
      services: {},
      keys: UNLIMITED,
      tiers: [],
      queue: { waiting: 0, waitMs: 0 },
      budgets: [
        {
          name: 'of-a',
          of: { scope: 'key', name: 'a' },
          unit: 'tokens',
          amount: 20,
          per: 'month',
          zone: 'UTC',
          atPercent: [50],
          action: 'stop',
        },
      ],
    } as const;
    const telemetry = { serverTiming: true } as const;
    await serving(
      { protocol: 'openai', telemetry },
      { scope: 'shared' },
      { limits, apiKeys: { required: true, keys } },
    );
    const ask = (key: string) =>
      harness.ask(CHAT, { method: 'POST', body: QUESTION, headers: { 'x-api-key': key } });
    const seen = async (...order: string[]) => {
      const before = harness.gateway.counts().cache.joined;
      const asked = [ask(order[0]!)];
      await until(() => held.length === 1);
      asked.push(...order.slice(1).map(ask));
      await joined(before + order.length - 1);
      answerAll(200, USED);
      return (await Promise.all(asked)).map(({ headers }) => [
        headers['tidegate-budget'],
        headers['server-timing'] !== undefined,
      ]);
    };
    await seen('a');
    expect(await seen('b', 'a', 'b')).toEqual([
      [undefined, true],
      ['of-a;reached=50', false],
      [undefined, false],
    ]);
    expect(await seen('a', 'b')).toEqual([
      ['of-a;reached=50', true],
      [undefined, false],
    ]);
  });

  it('is paid for as far as it came when the last of them leaves', async () => {
    await serving({ protocol: 'openai' });
    const body = JSON.stringify({ model: 'spam', temperature: 0, stream: true });
    const all = [leaving(CHAT, body), leaving(CHAT, body)];
    await joined(1);
    await until(() => held.length === 1);
    const { res } = held[0]!;
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(`data: ${USED}\n\n`);
    await pause(100);
    for (const one of all) one.leave();
    await until(() => closed === 1);
    expect(harness.gateway.counts()).toMatchObject({ inFlight: 0, calls: 0, answered: 2 });
    await harness.stop();
    expect(harness.usage()).toMatchObject([{ calls: 1, inputTokens: 5, outputTokens: 7 }]);
    expect((await lines()).map(({ tokensOut }) => tokensOut).sort()).toEqual([7, undefined]);
  });
});
