import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isLoopbackHost } from './http/is-loopback-host.ts';
import { type Harness, pause, startHarness, until } from './testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from './testing/table.ts';
import { startUpstream, type TestUpstream } from './testing/upstream.ts';

const INFER = '/v2/models/spam/infer';

describe('a gateway serving one service', () => {
  let harness: Harness;
  let stable: TestUpstream;
  let candidate: TestUpstream;
  beforeEach(async () => {
    harness = await startHarness();
    stable = await startUpstream('from stable');
    candidate = await startUpstream('from candidate');
  });
  afterEach(async () => {
    await harness.remove();
    await stable.close();
    await candidate.close();
  });

  it('refuses everything but health before it has routes', async () => {
    expect((await harness.ask(INFER, { method: 'POST', body: '{}' })).status).toBe(503);
    const health = await harness.ask('/healthz');
    expect([health.status, JSON.parse(health.body).code]).toEqual([503, 'no-routes']);
    await harness.push(tableWith(1, []));
    expect((await harness.ask('/healthz')).status).toBe(200);
  });

  it('names invocation and release on every answer, also on errors of the service', async () => {
    const failing = await startUpstream((_, res) => res.writeHead(500).end('broken'));
    await harness.push(tableWith(1, [serviceWith({ stable: stableAt(stable.address) })]));
    const good = await harness.ask(INFER, { method: 'POST', body: '{"a":1}' });
    expect([good.status, good.body]).toEqual([200, 'from stable']);
    expect(good.headers['tidegate-release']).toBe('1.0.0@aaaaaaaaaaaa');
    expect(good.headers['tidegate-invocation']).toMatch(/^[0-9a-z]{32}$/);
    await harness.push(tableWith(2, [serviceWith({ stable: stableAt(failing.address) })]));
    const bad = await harness.ask(INFER, { method: 'POST', body: '{"a":1}' });
    expect([bad.status, bad.body]).toEqual([500, 'broken']);
    expect(bad.headers['tidegate-release']).toBe('1.0.0@aaaaaaaaaaaa');
    expect(bad.headers['tidegate-invocation']).not.toBe(good.headers['tidegate-invocation']);
    await failing.close();
  });

  it('answers 404 for an unknown service and 503 when nothing is exposed', async () => {
    await harness.push(
      tableWith(1, [
        serviceWith({ service: 'empty' }),
        serviceWith({ service: 'hidden', candidate: candidateAt([candidate.address], { share: 0 }) }),
      ]),
    );
    const unknown = await harness.ask(INFER);
    expect([unknown.status, unknown.headers['content-type']]).toEqual([404, 'application/problem+json']);
    for (const service of ['empty', 'hidden']) {
      const answer = await harness.ask(`/v2/models/${service}/infer`);
      expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
      expect(JSON.parse(answer.body).code).toBe('nothing-exposed');
    }
    expect(candidate.requests).toBe(0);
  });

  it('passes path, query, body and headers on unchanged, and strips what is not for the service', async () => {
    let seen: { url: string; method: string; headers: Record<string, unknown>; body: string } | null = null;
    const mirror = await startUpstream((req, res, body) => {
      seen = { url: req.url!, method: req.method!, headers: req.headers, body: body.toString() };
      res.writeHead(201, {
        'x-own': 'yes',
        'tidegate-release': 'forged',
        'tidegate-rescued': 'true',
        'set-cookie': ['a=1', 'b=2'],
      });
      res.end('done');
    });
    await harness.push(
      tableWith(1, [serviceWith({ protocol: 'http', stable: stableAt(`${mirror.address}/base`) })]),
    );
    const answer = await harness.ask('/services/spam/deep/path?x=%20y', {
      method: 'PUT',
      body: 'exact  bytes ',
      headers: {
        authorization: 'Bearer of-the-service',
        'x-mine': 'kept',
        'tidegate-invocation': 'forged',
        'tidegate-track': 'candidate',
        Tidegate_Mirrored: 'true',
        cookie: 'a=1; tidegate_session=secret; tidegate_session_of=mine; b=2',
        te: 'trailers',
      },
    });
    expect(answer.status).toBe(201);
    expect(answer.headers['x-own']).toBe('yes');
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(answer.headers['tidegate-release']).toBe('1.0.0@aaaaaaaaaaaa');
    expect(answer.headers['tidegate-rescued']).toBeUndefined();
    expect(seen!.method).toBe('PUT');
    expect(seen!.url).toBe('/base/deep/path?x=%20y');
    expect(seen!.body).toBe('exact  bytes ');
    expect(seen!.headers).toMatchObject({
      'x-mine': 'kept',
      authorization: 'Bearer of-the-service',
      'x-forwarded-for': '127.0.0.1',
    });
    expect(seen!.headers['tidegate-invocation']).toBe(answer.headers['tidegate-invocation']);
    expect(seen!.headers['tidegate-track']).toBeUndefined();
    expect(seen!.headers.tidegate_mirrored).toBeUndefined();
    expect(seen!.headers.cookie).toBe('a=1; tidegate_session_of=mine; b=2');
    expect(seen!.headers.te).toBeUndefined();
    await mirror.close();
  });

  it('splits by share, all to the candidate where there is no stable', async () => {
    const both = (share: number) =>
      serviceWith({
        stable: stableAt(stable.address),
        candidate: candidateAt([candidate.address], { share }),
      });
    await harness.push(tableWith(1, [both(0.3)]));
    for (let n = 0; n < 400; n += 1) await harness.ask(INFER);
    // 400 draws at 0.3: 120 +- 5 standard deviations of 9.2.
    expect(candidate.requests).toBeGreaterThan(74);
    expect(candidate.requests).toBeLessThan(166);
    expect(stable.requests + candidate.requests).toBe(400);
    await harness.push(
      tableWith(2, [serviceWith({ candidate: candidateAt([candidate.address], { share: 0.1 }) })]),
    );
    const before = candidate.requests;
    for (let n = 0; n < 20; n += 1) expect((await harness.ask(INFER)).status).toBe(200);
    expect(candidate.requests - before).toBe(20);
    await until(() => harness.cohorts().some(({ candidateShare }) => candidateShare === 1));
  });

  it('keeps a client on its track by cookie', async () => {
    await harness.push(
      tableWith(1, [
        serviceWith({
          sticky: { by: 'cookie', name: 'seat' },
          stable: stableAt(stable.address),
          candidate: candidateAt([candidate.address]),
        }),
      ]),
    );
    const tracks = new Set<string>();
    for (let client = 0; client < 12; client += 1) {
      const first = await harness.ask(INFER);
      const cookie = String(first.headers['set-cookie']).split(';')[0]!;
      expect(cookie).toMatch(/^seat=./);
      for (let n = 0; n < 4; n += 1) {
        const next = await harness.ask(INFER, { headers: { cookie: `other=1; ${cookie}` } });
        expect(next.body).toBe(first.body);
        expect(next.headers['set-cookie']).toBeUndefined();
      }
      tracks.add(first.body);
    }
    expect(tracks.size).toBe(2);
  });

  it('lets a candidate go when the lease runs out, and takes it back when it is renewed', async () => {
    const table = tableWith(1, [
      serviceWith({
        stable: stableAt(stable.address),
        candidate: candidateAt([candidate.address], { share: 1, leaseMs: 300 }),
      }),
    ]);
    await harness.push(table);
    expect((await harness.ask(INFER)).body).toBe('from candidate');
    await pause(350);
    expect((await harness.ask(INFER)).body).toBe('from stable');
    harness.link.renew('production', { epoch: 1, seq: 2, cut: 0 });
    await pause(50);
    expect((await harness.ask(INFER)).body).toBe('from stable');
    harness.link.renew('production', table.generation);
    await until(async () => (await harness.ask(INFER)).body === 'from candidate');
  });

  it('asks for a key where the table says so, and keeps the key to itself', async () => {
    const { createHash } = await import('node:crypto');
    const seen: Record<string, unknown>[] = [];
    const open = await startUpstream((req, res) => {
      seen.push(req.headers);
      res.end('in');
    });
    const keys = [{ id: 'key-1', sha256: createHash('sha256').update('secret-one').digest('hex') }];
    await harness.push(
      tableWith(1, [serviceWith({ stable: stableAt(open.address) })], { apiKeys: { required: true, keys } }),
    );
    const refused = await harness.ask(INFER);
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    expect((await harness.ask(INFER, { headers: { authorization: 'Bearer secret-two' } })).status).toBe(401);
    expect((await harness.ask('/v1/feedback', { method: 'POST', body: '{}' })).status).toBe(401);
    expect((await harness.ask('/healthz')).status).toBe(200);
    expect(seen).toHaveLength(0);
    expect((await harness.ask(INFER, { headers: { authorization: 'bearer secret-one' } })).status).toBe(200);
    expect(seen.at(-1)!.authorization).toBeUndefined();
    const both = { 'x-api-key': 'secret-one', authorization: 'Bearer of-the-service' };
    expect((await harness.ask(INFER, { headers: both })).status).toBe(200);
    expect(seen.at(-1)!['x-api-key']).toBeUndefined();
    expect(seen.at(-1)!.authorization).toBe('Bearer of-the-service');
    await open.close();
  });

  it('asks for a key wherever others could reach it, also when the table asks for none', async () => {
    // A spelling of loopback that the check does not know, so that the test listens on this machine alone.
    const exposed = await startHarness({ host: '127.1' });
    await exposed.push(tableWith(1, [serviceWith({ stable: stableAt(stable.address) })]));
    expect((await exposed.ask(INFER)).status).toBe(401);
    expect((await exposed.ask('/healthz')).status).toBe(200);
    await exposed.remove();
    expect(['127.0.0.1', '127.8.9.1', '::1', 'LOCALHOST'].map(isLoopbackHost)).toEqual(Array(4).fill(true));
    const others = ['0.0.0.0', '::', '10.0.0.1', 'gateway.example', '127.0.0.1.example', '::ffff:127.0.0.1'];
    expect(others.map(isLoopbackHost)).toEqual(Array(6).fill(false));
  });

  it('finds the service of an OpenAI call in its body and lists the services', async () => {
    const bodies: string[] = [];
    const llm = await startUpstream((req, res, body) => {
      bodies.push(`${req.url} ${body.toString()}`);
      res.setHeader('content-type', 'application/json');
      res.end('{"choices":[]}');
    });
    await harness.push(
      tableWith(1, [
        serviceWith({ service: 'assistant', protocol: 'openai', stable: stableAt(llm.address) }),
        serviceWith({ stable: stableAt(stable.address) }),
      ]),
    );
    const body = '{ "model":"assistant",  "messages":[] }';
    const answer = await harness.ask('/v1/chat/completions', { method: 'POST', body });
    expect(answer.body).toBe('{"choices":[]}');
    expect(bodies).toEqual([`/v1/chat/completions ${body}`]);
    const ask = async (text: string) =>
      (await harness.ask('/v1/chat/completions', { method: 'POST', body: text })).status;
    expect(await ask('{"model":"spam"}')).toBe(404);
    expect(await ask('{"model":7}')).toBe(400);
    expect(await ask('not json')).toBe(400);
    const models = JSON.parse((await harness.ask('/v1/models')).body) as { data: { id: string }[] };
    expect(models.data.map(({ id }) => id)).toEqual(['assistant']);
    await llm.close();
  });

  it('passes over an address that refuses connections', async () => {
    const gone = await startUpstream('gone');
    await gone.close();
    await harness.push(tableWith(1, [serviceWith({ stable: stableAt(gone.address, stable.address) })]));
    for (let n = 0; n < 10; n += 1)
      expect((await harness.ask(INFER, { method: 'POST', body: '{}' })).body).toBe('from stable');
    await stable.close();
    const answer = await harness.ask(INFER);
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([502, 'upstream-failed']);
  });

  it('passes on answers that have no body', async () => {
    const bare = await startUpstream((req, res) => {
      if (req.method === 'HEAD') res.writeHead(200, { 'content-length': '42', etag: 'x' }).end();
      else res.writeHead(204).end();
    });
    await harness.push(tableWith(1, [serviceWith({ stable: stableAt(bare.address) })]));
    const head = await harness.ask(INFER, { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.headers.etag, head.body]).toEqual([
      200,
      '42',
      'x',
      '',
    ]);
    const none = await harness.ask(INFER);
    expect([none.status, none.body, none.headers['tidegate-release']]).toEqual([
      204,
      '',
      '1.0.0@aaaaaaaaaaaa',
    ]);
    await bare.close();
  });

  it('answers 504 when the service stays silent', async () => {
    const silent = await startUpstream(() => {});
    const timeouts = { connectMs: 500, firstByteMs: 200, totalMs: 5_000, idleMs: 500 };
    await harness.push(tableWith(1, [serviceWith({ stable: stableAt(silent.address), timeouts })]));
    const startedAtMs = performance.now();
    const answer = await harness.ask(INFER);
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([504, 'upstream-timeout']);
    expect(JSON.parse(answer.body).detail).toContain('no first byte within 200 ms');
    expect(performance.now() - startedAtMs).toBeLessThan(1_500);
    await silent.close();
  });
});
