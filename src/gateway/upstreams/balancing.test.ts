import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UpstreamCare } from '../../core/routing/table.ts';
import { type Harness, startHarness, until } from '../testing/harness.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { startUpstream, type TestUpstream } from '../testing/upstream.ts';

const care: UpstreamCare = {
  retryShare: 0.2,
  ejection: { consecutive: 3, failedShare: 0.5, windowMs: 10_000, restMs: 2_000 },
  slowStartMs: 0,
};

describe('several addresses of one release', () => {
  let harness: Harness;
  const upstreams: TestUpstream[] = [];
  beforeEach(async () => {
    harness = await startHarness();
  });
  afterEach(async () => {
    await harness.remove();
    await Promise.all(upstreams.splice(0).map((upstream) => upstream.close()));
  });
  const start = async (answer: Parameters<typeof startUpstream>[0]): Promise<TestUpstream> => {
    const upstream = await startUpstream(answer);
    upstreams.push(upstream);
    return upstream;
  };
  const stable = (all: TestUpstream[], overrides: Partial<Parameters<typeof serviceWith>[0]> = {}) =>
    harness.push(
      tableWith(1, [
        serviceWith({ stable: stableAt(...all.map(({ address }) => address)), care, ...overrides }),
      ]),
    );
  const ask = (path = '/v2/models/spam/infer') => harness.ask(path, { method: 'POST', body: '{}' });
  const sick =
    (status: number): Parameters<typeof startUpstream>[0] =>
    (_, res) =>
      void res.writeHead(status).end('sick');

  it.each([502, 503, 504])('one answers %s: another is asked, and the log says so', async (status) => {
    const [bad, good] = [await start(sick(status)), await start('good')];
    await stable([bad, good]);
    for (let n = 0; n < 4; n += 1) expect((await ask()).body).toBe('good');
    expect(bad.requests).toBeGreaterThan(0);
    expect(harness.traffic()[0]?.failed ?? 0).toBe(0);
  });

  it('an unwanted answer is read to its end, which keeps the connection', async () => {
    const sockets = new Set<unknown>();
    const bad = await start((req, res) => {
      sockets.add(req.socket);
      res.writeHead(503, { 'content-length': 4 }).end('sick');
    });
    const good = await start('good');
    await stable([bad, good], { care: { ...care, ejection: null, retryShare: 1 } });
    for (let n = 0; n < 12; n += 1) expect((await ask()).body).toBe('good');
    expect(bad.requests).toBeGreaterThan(3);
    expect(sockets.size).toBe(1);
  });

  it('one breaks the connection before its answer: another is asked', async () => {
    const [bad, good] = [await start((req) => void req.socket.destroy()), await start('good')];
    await stable([bad, good]);
    for (let n = 0; n < 4; n += 1) expect((await ask()).body).toBe('good');
    expect(bad.requests).toBeGreaterThan(0);
  });

  it('nothing is sent twice that may not be', async () => {
    const [bad, good] = [await start(sick(503)), await start('good')];
    await stable([bad, good], { protocol: 'http' });
    const bodies: string[] = [];
    for (let n = 0; n < 4; n += 1) bodies.push((await ask('/services/spam/pay')).body);
    expect(bodies.filter((body) => body === 'sick').length).toBe(bad.requests);
    expect(bad.requests).toBeGreaterThan(0);
    expect(bad.requests + good.requests).toBe(4);
  });

  it('an answer that has begun is never begun anew', async () => {
    const cut = await start((_, res) => {
      res.writeHead(200, { 'content-length': '100' });
      res.write('half');
      setTimeout(() => res.destroy(), 20);
    });
    const good = await start('good');
    await stable([cut, good], { care: { ...care, ejection: null } });
    const ends = await Promise.all(Array.from({ length: 6 }, () => ask().catch(() => null)));
    expect(ends.filter((end) => end === null).length).toBe(cut.requests);
    expect(cut.requests).toBeGreaterThan(0);
    expect(cut.requests + good.requests).toBe(6);
  });

  it('the budget ends the second attempts when everything fails', async () => {
    const [a, b] = [await start(sick(503)), await start(sick(503))];
    await stable([a, b], { care: { ...care, ejection: null, retryShare: 0.1 } });
    for (let n = 0; n < 200; n += 1) expect((await ask()).status).toBe(503);
    // Each address begins with ten and earns a tenth of its own requests.
    expect(a.requests + b.requests - 200).toBeGreaterThan(20);
    expect(a.requests + b.requests - 200).toBeLessThanOrEqual(20 + 20 + 10);
  });

  it('one that keeps failing is passed over, tried again by one request, and comes back', async () => {
    let status = 500;
    const moody = await start((_, res) => void res.writeHead(status).end('moody'));
    const good = await start('good');
    await stable([moody, good], { care: { ...care, ejection: { ...care.ejection!, restMs: 1_500 } } });
    for (let n = 0; n < 10; n += 1) await ask();
    expect(moody.requests).toBe(3);
    await until(async () => {
      await ask();
      return moody.requests === 4;
    });
    status = 200;
    await until(async () => {
      await ask();
      return moody.requests > 10;
    });
  });

  it('the request that tries it may leave without having found anything out', async () => {
    let mode: 'bad' | 'silent' | 'well' = 'bad';
    const moody = await start((_, res) => {
      if (mode !== 'silent') res.writeHead(mode === 'bad' ? 500 : 200).end('moody');
    });
    const good = await start('good');
    await stable([moody, good], { care: { ...care, ejection: { ...care.ejection!, restMs: 300 } } });
    await until(async () => {
      await ask();
      return moody.requests === 3;
    });
    mode = 'silent';
    const leaving = new AbortController();
    const url = `${harness.gateway.address}/v2/models/spam/infer`;
    await until(async () => {
      const asked = fetch(url, { method: 'POST', body: '{}', signal: leaving.signal });
      await Promise.race([asked.catch(() => null), until(() => moody.requests === 4)]);
      return moody.requests === 4;
    });
    leaving.abort();
    mode = 'well';
    await until(async () => {
      await ask();
      return moody.requests > 6;
    });
  });

  it('all that fail are asked all the same', async () => {
    const [a, b] = [await start(sick(500)), await start(sick(500))];
    await stable([a, b]);
    for (let n = 0; n < 40; n += 1) expect((await ask()).status).toBe(500);
    expect(a.requests + b.requests).toBe(40);
  });

  it('a second attempt is the user’s gain, not the release’s: the first one counts', async () => {
    const [bad, good, candidate] = [await start(sick(503)), await start('good'), await start('new')];
    await stable([bad, good], {
      care: { ...care, ejection: null, retryShare: 1 },
      candidate: candidateAt([candidate.address], { share: 0.01 }),
    });
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask()));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    const errors = () => {
      const all = harness.cohorts().map(({ guards }) => guards.errors!.stable);
      return {
        bad: all.reduce((sum, one) => sum + one.bad, 0),
        good: all.reduce((sum, one) => sum + one.good, 0),
      };
    };
    await until(() => errors().bad + errors().good >= 35 && errors().bad >= bad.requests);
    expect(errors().bad).toBe(bad.requests);
    expect(bad.requests).toBeGreaterThan(10);
  });

  it('a failing candidate is rescued by stable rather than tried a second time', async () => {
    const [bad, other, good] = [await start(sick(503)), await start(sick(503)), await start('stable')];
    await stable([good], { candidate: candidateAt([bad.address, other.address], { share: 1 }) });
    const answer = await ask();
    expect([answer.body, answer.headers['tidegate-rescued']]).toEqual(['stable', 'true']);
    expect(bad.requests + other.requests).toBe(1);
  });

  it('streams that stay open make nobody wait', async () => {
    const upstream = await start((req, res, body) => {
      if (!body.toString().includes('"stream":true')) {
        res.end('quick');
        return;
      }
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(`data: ${req.url}\n\n`);
    });
    await stable([upstream], {
      protocol: 'openai',
      timeouts: { connectMs: 500, firstByteMs: 2_000, totalMs: 60_000, idleMs: 60_000 },
    });
    const leaving = new AbortController();
    const streams = await Promise.all(
      Array.from({ length: 300 }, () =>
        fetch(`${harness.gateway.address}/v1/chat/completions`, {
          method: 'POST',
          body: '{"model":"spam","stream":true}',
          signal: leaving.signal,
        }),
      ),
    );
    expect(streams.every(({ status }) => status === 200)).toBe(true);
    const quick = await harness.ask('/v1/chat/completions', { method: 'POST', body: '{"model":"spam"}' });
    expect(quick.body).toBe('quick');
    leaving.abort();
    await until(() => harness.gateway.counts().inFlight === 0);
  });

  it('an address that takes a connection and says nothing runs into the time-out for the first byte', async () => {
    const [silent, good] = [await start(() => {}), await start('good')];
    await stable([silent, good], {
      timeouts: { connectMs: 300, firstByteMs: 150, totalMs: 5_000, idleMs: 500 },
    });
    const statuses: number[] = [];
    for (let n = 0; n < 12; n += 1) statuses.push((await ask()).status);
    expect(statuses.filter((status) => status === 504).length).toBe(silent.requests);
    // Three in a row eject it, and it rests longer than the rest of this takes.
    expect(silent.requests).toBe(3);
  });
});
