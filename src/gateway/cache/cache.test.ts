import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CachePolicy } from '../../core/routing/cache-policy.ts';
import type { ServiceRoute } from '../../core/routing/table.ts';
import { type AskOptions, type Harness, startHarness, until } from '../testing/harness.ts';
import { CANDIDATE_DIGEST, candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream, type TestUpstream } from '../testing/upstream.ts';
import { POLICY } from './testing/cache-policy.ts';

const INFER = '/v2/models/spam/infer';
const CHAT = '/v1/chat/completions';
const chat = (more: object = {}) =>
  JSON.stringify({ model: 'spam', messages: [{ role: 'user', content: 'x' }], temperature: 0, ...more });

let harness: Harness;
/** Numbers its answers, so that an answer that was kept is told from a fresh one. */
let stable: TestUpstream;
let seq = 0;
const others: TestUpstream[] = [];
beforeEach(async () => {
  seq = 0;
  harness = await startHarness();
  stable = await numbering();
});
afterEach(async () => {
  await harness.remove();
  await stable.close();
  await Promise.all(others.splice(0).map((one) => one.close()));
});
const numbering = (headers: Record<string, string> = {}) => {
  let n = 0;
  return startUpstream((_, res) => {
    n += 1;
    res
      .writeHead(200, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify({ outputs: [], n }));
  });
};
const serving = (cache: Partial<CachePolicy> = {}, more: Partial<ServiceRoute> = {}, table = {}) => {
  seq += 1;
  const service = serviceWith({ stable: stableAt(stable.address), cache: { ...POLICY, ...cache }, ...more });
  return harness.push(tableWith(seq, [service], table));
};
const infer = (options: AskOptions = {}) =>
  harness.ask(INFER, { method: 'POST', body: '{"inputs":[]}', ...options });
const cacheOf = ({ headers }: { headers: Record<string, unknown> }) => headers['tidegate-cache'];
const twice = async (ask: () => ReturnType<Harness['ask']>) => [cacheOf(await ask()), cacheOf(await ask())];
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

describe('an answer that is given again', () => {
  it('has the same bytes under an invocation of its own, and costs the release nothing', async () => {
    await serving();
    const first = await infer();
    const again = await infer();
    expect([first.body, cacheOf(first)]).toEqual(['{"outputs":[],"n":1}', 'miss']);
    expect([again.body, again.status, cacheOf(again)]).toEqual([first.body, 200, 'hit']);
    expect(again.headers['content-type']).toBe('application/json');
    expect(again.headers.age).toBe('0');
    expect(again.headers['tidegate-release']).toBe(first.headers['tidegate-release']);
    const [id, other] = [first, again].map(({ headers }) => headers['tidegate-invocation']);
    expect(other).not.toBe(id);
    expect(stable.requests).toBe(1);
    await until(() => harness.traffic().some(({ answered }) => answered === 1));
    const counts = harness.gateway.counts();
    expect(counts.answered).toBe(2);
    expect(counts.cache).toMatchObject({ hits: 1, misses: 1, answers: 1 });
    await harness.stop();
    expect(harness.traffic().map(({ answered, latency }) => [answered, latency.count])).toEqual([[1, 1]]);
    expect((await lines()).find((line) => line.id === other)).toMatchObject({
      cache: 'hit',
      sparedBy: id,
      ending: 'complete',
      track: 'stable',
    });
  });

  it('is gone after its time', async () => {
    await serving({ ttlMs: 150 });
    expect(await twice(infer)).toEqual(['miss', 'hit']);
    await until(async () => cacheOf(await infer()) === 'miss', 2_000);
    expect(stable.requests).toBe(2);
  });

  it('is reported on like any other, and is no evidence', async () => {
    await serving();
    await infer();
    const id = (await infer()).headers['tidegate-invocation'];
    const body = JSON.stringify({ invocation: id, outcome: 'bad' });
    const answer = await harness.ask('/v1/feedback', { method: 'POST', body });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([202, { invocation: id, counted: false }]);
    await until(() => harness.traffic()[0]?.feedbackBad === 1);
  });

  it('counts as a request towards the limits', async () => {
    const limit = { rates: { requests: { perSecond: 0.001, burst: 2 } }, inFlight: null };
    const none = { rates: {}, inFlight: null };
    await serving(
      {},
      {},
      {
        limits: { total: limit, services: {}, keys: none, tiers: [], queue: { waiting: 0, waitMs: 1 } },
      },
    );
    expect(await twice(infer)).toEqual(['miss', 'hit']);
    expect((await infer()).status).toBe(429);
  });

  it('is not held for clients that do not read', async () => {
    const big = await startUpstream((_, res) =>
      res.writeHead(200, { 'content-length': 8_000_000 }).end(Buffer.alloc(8_000_000, 120)),
    );
    others.push(big);
    await serving(
      { entryBytesAtMost: 10_000_000, bytesAtMost: 20_000_000 },
      {
        protocol: 'http',
        stable: stableAt(big.address),
        timeouts: { connectMs: 500, firstByteMs: 2_000, totalMs: 10_000, idleMs: 300 },
      },
    );
    await harness.ask('/services/spam/big');
    const { connect } = await import('node:net');
    const { port } = new URL(harness.gateway.address);
    const socket = connect(Number(port), '127.0.0.1');
    let isClosed = false;
    socket.on('error', () => {});
    socket.on('close', () => {
      isClosed = true;
    });
    socket.pause();
    socket.write('GET /services/spam/big HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(() => harness.gateway.counts().cache.hits === 1);
    setTimeout(() => socket.resume(), 1_500);
    await until(() => isClosed, 8_000);
    expect(socket.bytesRead).toBeLessThan(8_000_000);
  });
});

describe('whose answer it is', () => {
  it('never comes from another release, and goes with its release at once', async () => {
    const next = await numbering();
    others.push(next);
    await serving();
    await infer();
    const other = { ...stableAt(next.address), release: CANDIDATE_DIGEST };
    await serving({}, { stable: other });
    const fresh = await infer();
    expect([cacheOf(fresh), next.requests]).toEqual(['miss', 1]);
    expect(harness.gateway.counts().cache.answers).toBe(1);
    await serving();
    expect([cacheOf(await infer()), stable.requests]).toEqual(['miss', 2]);
  });

  it('is not kept when the release was taken back while it came', async () => {
    let go = (): void => {};
    const slow = await startUpstream((_, res) => {
      go = () => res.writeHead(200, { 'content-type': 'application/json' }).end('{"outputs":[]}');
    });
    others.push(slow);
    const release = { ...stableAt(slow.address), release: CANDIDATE_DIGEST };
    await serving({}, { stable: release });
    const asked = infer();
    await until(() => slow.requests === 1);
    await serving();
    go();
    expect((await asked).status).toBe(200);
    expect(harness.gateway.counts().cache.answers).toBe(0);
  });

  it('stays with one API key, unless the service shares them', async () => {
    const keys = ['one', 'two'].map((id) => ({
      id,
      sha256: createHash('sha256').update(`key-${id}`).digest('hex'),
    }));
    const table = { apiKeys: { required: true, keys } };
    const by = (id: string) => async () =>
      cacheOf(await infer({ headers: { authorization: `Bearer key-${id}` } }));
    await serving({}, {}, table);
    expect([await by('one')(), await by('one')(), await by('two')()]).toEqual(['miss', 'hit', 'miss']);
    await serving({ scope: 'shared' }, {}, table);
    await infer({ body: '{"shared":1}', headers: { authorization: 'Bearer key-one' } });
    const shared = await infer({ body: '{"shared":1}', headers: { 'x-api-key': 'key-two' } });
    expect(cacheOf(shared)).toBe('hit');
  });

  it.each([
    ['another byte in the body', INFER, { body: '{"inputs": []}' }],
    ['another query', `${INFER}?a=1`, {}],
    ['the service’s own credentials', INFER, { headers: { authorization: 'Bearer of-the-service' } }],
    ['a cookie', INFER, { headers: { cookie: 'session=2' } }],
    ['any header that travels on', INFER, { headers: { 'accept-language': 'de' } }],
    ['a host that only the service reads', INFER, { headers: { 'x-forwarded-host': 'evil.example' } }],
    ['an address that the client claims', INFER, { headers: { 'x-forwarded-for': '<script>' } }],
    ['a URL for services that rewrite', INFER, { headers: { 'x-original-url': '/admin' } }],
    ['a version in the path', '/v2/models/spam/versions/2/infer', {}],
  ])('is told apart by %s', async (_, target, options) => {
    await serving({ scope: 'shared' });
    await infer();
    const other = () => harness.ask(target, { method: 'POST', body: '{"inputs":[]}', ...options });
    expect(await twice(other)).toEqual(['miss', 'hit']);
    expect(stable.requests).toBe(2);
  });

  it('is told apart by the order of the query, and by its encoding', async () => {
    await serving({}, { protocol: 'http' });
    const targets = ['?a=1&b=2', '?b=2&a=1', '?a=1&b=%32', ''].map((query) => `/services/spam/x${query}`);
    for (const target of targets) expect(cacheOf(await harness.ask(target))).toBe('miss');
    for (const target of targets) expect(cacheOf(await harness.ask(target))).toBe('hit');
  });

  it.each([
    ['the host that was called', { host: 'other.example' }],
    ['what only names a request', { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }],
    ['our own headers, which do not travel', { 'tidegate-track': 'candidate' }],
    ['a cookie of the control plane’s page', { cookie: 'tidegate_session=secret' }],
  ])('is not told apart by %s', async (_, headers) => {
    await serving();
    await infer();
    expect(cacheOf(await infer({ headers }))).toBe('hit');
  });

  it('cannot be poisoned with a header that is declared to end at the gateway', async () => {
    await serving({ scope: 'shared' });
    // The header does not reach the service, so the answer is the one without it.
    const { request } = await import('node:http');
    const { hostname, port } = new URL(harness.gateway.address);
    await new Promise<void>((resolve, reject) => {
      const headers = { connection: 'accept-language', 'accept-language': 'de', 'content-length': 13 };
      request({ hostname, port, path: INFER, method: 'POST', headers }, (res) =>
        res.resume().on('end', resolve),
      )
        .on('error', reject)
        .end('{"inputs":[]}');
    });
    expect(cacheOf(await infer({ headers: { 'accept-language': 'de' } }))).toBe('miss');
    expect(cacheOf(await infer())).toBe('hit');
  });

  it('depends on the headers that the service names, and on nothing less than who asks', async () => {
    await serving({ vary: ['accept-language'], scope: 'shared' });
    await infer({ headers: { 'accept-language': 'de', 'x-else': '1' } });
    expect(cacheOf(await infer({ headers: { 'accept-language': 'de', 'x-else': '2' } }))).toBe('hit');
    expect(cacheOf(await infer({ headers: { 'accept-language': 'fr', 'x-else': '1' } }))).toBe('miss');
    const own = { 'accept-language': 'de', authorization: 'Bearer of-the-service' };
    expect(cacheOf(await infer({ headers: own }))).toBe('miss');
  });
});

describe('what is kept', () => {
  const answering = async (
    status: number,
    headers: Record<string, string | string[]>,
    body: string,
    policy: Partial<CachePolicy> = {},
    more: Partial<ServiceRoute> = {},
  ) => {
    const upstream = await startUpstream((_, res) => res.writeHead(status, headers).end(body));
    others.push(upstream);
    await serving(policy, { stable: stableAt(upstream.address), ...more });
    return upstream;
  };
  const GOOD = '{"outputs":[]}';

  it.each([
    [500, {}, GOOD],
    [404, {}, GOOD],
    [206, {}, GOOD],
    [200, { 'set-cookie': 'session=1' }, GOOD],
    [200, { 'cache-control': 'no-store' }, GOOD],
    [200, { 'cache-control': 'max-age=60, Private="x, y"' }, GOOD],
    [200, { 'cache-control': 'no-cache' }, GOOD],
    [200, { 'cache-control': 'max-age=0' }, GOOD],
    [200, { 'cache-control': 'max-age=60, max-age=0' }, GOOD],
    [200, { 'cache-control': 's-maxage=0, max-age=60' }, GOOD],
    [200, { 'cache-control': 'max-age=60', age: '60' }, GOOD],
    [200, { expires: '0' }, GOOD],
    [200, { expires: 'Thu, 01 Jan 1970 00:00:00 GMT' }, GOOD],
    [200, { vary: '*' }, GOOD],
    [200, { vary: 'Accept, X-Forwarded-For' }, GOOD],
    [200, { 'content-encoding': 'gzip' }, GOOD],
    [200, {}, '{"error":"out of memory"}'],
    [200, {}, '{"outputs":['],
    [200, {}, ''],
    [200, { 'content-type': 'text/event-stream' }, 'data: [DONE]\n\n'],
    [200, {}, `{"outputs":["${'x'.repeat(70_000)}"]}`],
  ])('is no answer %j %j', async (status, headers, body) => {
    const upstream = await answering(status, headers, body);
    expect(await twice(infer)).toEqual(['miss', 'miss']);
    expect(upstream.requests).toBe(2);
  });

  it('is an answer that may live, as long as it says, and that varies by what is told apart', async () => {
    const upstream = await answering(
      200,
      { 'cache-control': 'max-age=60', vary: 'accept-language, Origin', 'x-request-id': '7', 'x-own': 'a' },
      '{"outputs":[],"error":null}',
    );
    expect(await twice(infer)).toEqual(['miss', 'hit']);
    const again = await infer();
    expect(upstream.requests).toBe(1);
    expect([again.headers['x-own'], again.headers['x-request-id']]).toEqual(['a', undefined]);
  });

  it('is no answer that was cut, or whose end nobody can tell', async () => {
    const cutting = await startUpstream((req, res) => {
      res.writeHead(200, { 'content-length': 100 });
      res.write('{"outputs":[]}');
      setTimeout(() => req.socket.destroy(), 20);
    });
    const { createServer } = await import('node:net');
    const endless = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{"outputs":[]}'));
    });
    await new Promise<void>((resolve) => endless.listen(0, '127.0.0.1', resolve));
    others.push(cutting);
    await serving({}, { stable: stableAt(cutting.address) });
    await expect(infer()).rejects.toThrow();
    const { port } = endless.address() as { port: number };
    await serving({}, { stable: stableAt(`http://127.0.0.1:${port}`) });
    expect(await twice(infer)).toEqual(['miss', 'miss']);
    expect(harness.gateway.counts().cache.answers).toBe(0);
    endless.close();
  });

  it('is what a client does not forbid, and nothing older than it wants', async () => {
    await serving();
    const asking = (control: string, body = '{"inputs":[]}') =>
      infer({ body, headers: { 'cache-control': control } });
    expect(cacheOf(await asking('no-store'))).toBe('bypass');
    expect(harness.gateway.counts().cache.answers).toBe(0);
    expect(cacheOf(await infer())).toBe('miss');
    expect(cacheOf(await asking('no-store'))).toBe('bypass');
    expect(cacheOf(await asking('max-age=0'))).toBe('bypass');
    const renewed = await asking('no-cache');
    expect(cacheOf(renewed)).toBe('bypass');
    expect((await infer()).body).toBe(renewed.body);
    expect(cacheOf(await asking('max-age=60'))).toBe('hit');
    expect(cacheOf(await infer({ headers: { range: 'bytes=0-3' } }))).toBe('bypass');
    expect(cacheOf(await infer({ headers: { 'if-none-match': '"x"' } }))).toBe('bypass');
  });

  it('stays within its bytes; what was used last stays', async () => {
    const upstream = await startUpstream((_, res) => res.end(`{"x":"${'y'.repeat(20_000)}"}`));
    others.push(upstream);
    await serving({ bytesAtMost: 70_000 }, { stable: stableAt(upstream.address) });
    const ask = async (n: number) => cacheOf(await infer({ body: `{"n":${n}}` }));
    for (const n of [1, 2, 3]) expect(await ask(n)).toBe('miss');
    expect(await ask(1)).toBe('hit');
    expect(await ask(4)).toBe('miss');
    expect([await ask(1), await ask(2)]).toEqual(['hit', 'miss']);
    expect(harness.gateway.counts().cache.bytes).toBeLessThanOrEqual(70_000);
    // A table that allows less is followed at once.
    await serving({ bytesAtMost: 30_000 }, { stable: stableAt(upstream.address) });
    expect(harness.gateway.counts().cache.answers).toBe(1);
  });

  it('holds no more of the answers on their way than it may keep, and lets go of those that come to nothing', async () => {
    const held: ServerResponse[] = [];
    const slow = await startUpstream((_, res) => {
      held.push(res);
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': 60_014 });
      res.write(`{"outputs":["${'x'.repeat(29_987)}`);
    });
    others.push(slow);
    await serving({ bytesAtMost: 100_000 }, { stable: stableAt(slow.address) });
    const asked = Array.from({ length: 6 }, (_, n) => infer({ body: `{"n":${n}}` }).catch(() => null));
    await until(() => held.length === 6);
    await until(() => harness.gateway.counts().cache.heldBytes >= 90_000);
    expect(harness.gateway.counts().cache.heldBytes).toBeLessThanOrEqual(100_000);
    for (const res of held) res.destroy();
    await Promise.all(asked);
    expect(harness.gateway.counts().cache).toMatchObject({ heldBytes: 0, answers: 0 });
  });

  it('is an answer of a model where it can be no other', async () => {
    await serving({}, { protocol: 'openai' });
    const ask = async (body: string, target = CHAT) =>
      cacheOf(await harness.ask(target, { method: 'POST', body }));
    expect([await ask(chat()), await ask(chat())]).toEqual(['miss', 'hit']);
    expect(await ask(chat({ temperature: 0.7, seed: 5 }))).toBe('miss');
    expect(await ask(chat({ temperature: undefined }))).toBe('bypass');
    expect(await ask(chat({ temperature: 0.5 }))).toBe('bypass');
    expect(await ask(chat({ store: true }))).toBe('bypass');
    expect(await ask(chat({ stream: true }))).toBe('bypass');
    expect(await ask(`{"temperature":0,${chat().slice(1)}`)).toBe('bypass');
    expect(await ask(JSON.stringify({ model: 'spam', input: 'x' }), '/v1/embeddings')).toBe('miss');
    expect(await ask(chat(), '/v1/responses')).toBe('bypass');
    await serving({ isDeterministicOnly: false }, { protocol: 'openai' });
    expect(await ask(chat({ temperature: 0.5 }))).toBe('miss');
  });

  it('is for plain HTTP what its paths and methods say', async () => {
    await serving({ methods: ['GET', 'POST'], paths: ['/a', '/b/*'] }, { protocol: 'http' });
    const ask = async (method: 'GET' | 'POST', target: string) =>
      cacheOf(
        await harness.ask(`/services/spam${target}`, {
          method,
          body: method === 'GET' ? undefined : 'x',
        } as AskOptions),
      );
    expect(await ask('GET', '/a')).toBe('miss');
    expect(await ask('POST', '/a')).toBe('miss');
    expect(await ask('POST', '/b/c?d')).toBe('miss');
    expect(await ask('POST', '/c')).toBe('bypass');
    await serving({ methods: ['GET', 'POST'] }, { protocol: 'http' });
    expect(await ask('POST', '/else')).toBe('bypass');
  });

  it('is a stream where the service says so: the same bytes, if it came to its last event', async () => {
    const events = 'data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: [DONE]\n\n';
    const streaming = (body: string) =>
      answering(
        200,
        { 'content-type': 'text/event-stream' },
        body,
        { hasStreams: true },
        { protocol: 'openai' },
      );
    const ask = () => harness.ask(CHAT, { method: 'POST', body: chat({ stream: true }) });
    await streaming(events);
    expect(cacheOf(await ask())).toBe('miss');
    const again = await ask();
    expect([cacheOf(again), again.body, again.headers['content-type']]).toEqual([
      'hit',
      events,
      'text/event-stream',
    ]);
    await streaming(events.slice(0, 40));
    expect(await twice(ask)).toEqual(['hit', 'hit']);
    harness.gateway.counts();
    const other = () => harness.ask(CHAT, { method: 'POST', body: chat({ stream: true, n: 1 }) });
    expect(await twice(other)).toEqual(['miss', 'miss']);
    await streaming('data: {"error":{"message":"x"}}\n\ndata: [DONE]\n\n');
    expect(
      await twice(() => harness.ask(CHAT, { method: 'POST', body: chat({ stream: true, n: 2 }) })),
    ).toEqual(['miss', 'miss']);
  });
});

describe('while a candidate is on the routes', () => {
  const rollout = async (evidenceShare: number, share = 0.5, candidate?: TestUpstream) => {
    const upstream = candidate ?? (await numbering());
    if (candidate === undefined) others.push(upstream);
    const to = candidateAt([upstream.address], { share });
    await serving({ evidenceShare }, { candidate: to });
    return upstream;
  };
  const started = () =>
    harness.cohorts().reduce((sum, { guards }) => {
      const { stable: s, candidate: c } = guards.errors!;
      return sum + s.started + c.started;
    }, 0);
  const unsampled = () => harness.traffic().reduce((sum, row) => sum + (row.unsampled ?? 0), 0);

  it('asks for each piece of evidence, on both tracks, whatever is kept', async () => {
    await serving();
    await infer();
    await infer();
    const candidate = await rollout(1);
    const before = stable.requests;
    for (let n = 0; n < 40; n += 1) expect(cacheOf(await infer())).toBe('bypass');
    expect(stable.requests - before + candidate.requests).toBe(40);
    await until(() => started() === 40);
  });

  it('takes for evidence what it has drawn, and answers the rest as ever, each by its own release', async () => {
    await serving();
    const candidate = await rollout(0.3);
    const seen = new Map<string, Set<string>>();
    let asked = 0;
    for (let n = 0; n < 300; n += 1) {
      const answer = await infer();
      if (cacheOf(answer) !== 'hit') asked += 1;
      const release = String(answer.headers['tidegate-release']);
      seen.set(release, (seen.get(release) ?? new Set()).add(answer.body));
    }
    expect(stable.requests + candidate.requests).toBe(asked);
    await until(() => started() + unsampled() === 300);
    // Binomial(300, 0.3): outside of this once in ten million runs.
    expect(started()).toBeGreaterThan(50);
    expect(started()).toBeLessThan(135);
    // Beside the evidence one request of each release was not answered from its cache, at most.
    expect(asked - started()).toBeLessThanOrEqual(2);
  });

  it('counts a sticky key by its first request or not at all', async () => {
    const upstream = await numbering();
    others.push(upstream);
    const guards = [{ name: 'errors', marginShare: 0.02 }];
    const readings = { guards, slowMs: 400, feedbackWithinMs: 600, unit: 'key' as const };
    await serving(
      { evidenceShare: 0.5 },
      {
        sticky: { by: 'header', name: 'x-user' },
        candidate: candidateAt([upstream.address], { readings }),
      },
    );
    let first = 0;
    for (let user = 0; user < 40; user += 1)
      for (let n = 0; n < 4; n += 1) {
        const answer = await infer({ headers: { 'x-user': `u${user}` } });
        if (n === 0 && cacheOf(answer) === 'bypass') first += 1;
      }
    const keys = () =>
      harness.cohorts().reduce((sum, one) => {
        const { stable: s, candidate: c } = one.keys!.errors!;
        return sum + s.started + c.started;
      }, 0);
    await until(() => started() + unsampled() === 160);
    await until(() => keys() === first);
    expect(first).toBeGreaterThan(5);
    expect(first).toBeLessThan(36);
  });

  it('has the candidate’s answers ready when it is stable', async () => {
    const candidate = await rollout(1, 1);
    await infer();
    const release = { ...stableAt(candidate.address), release: CANDIDATE_DIGEST };
    await serving({}, { stable: release });
    expect([cacheOf(await infer()), candidate.requests]).toEqual(['hit', 1]);
  });

  it('keeps no rescued answer for the release that failed', async () => {
    const failing = await startUpstream((_, res) => res.writeHead(500).end());
    others.push(failing);
    await rollout(0.001, 1, failing);
    for (let n = 1; n <= 3; n += 1) {
      const answer = await infer();
      expect([answer.status, answer.headers['tidegate-rescued']]).toEqual([200, 'true']);
      expect(stable.requests).toBe(n);
    }
    expect(harness.gateway.counts().cache.answers).toBe(0);
  });
});
