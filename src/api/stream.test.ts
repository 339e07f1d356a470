import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient, type LiveEvent } from '../client/client.ts';
import { openTestApi, type TestApi, testToken } from './testing/open-test-api.ts';
import { serveDemo } from './testing/ship-demo.ts';

let api: TestApi;
let stop: AbortController;
beforeEach(async () => {
  api = await openTestApi();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await api.close();
});

const collect = async (
  events: AsyncIterable<LiveEvent>,
  isEnough: (seen: readonly LiveEvent[]) => boolean,
): Promise<LiveEvent[]> => {
  const seen: LiveEvent[] = [];
  for await (const event of events) {
    seen.push(event);
    if (isEnough(seen)) break;
  }
  return seen;
};

const seqsOf = (events: readonly LiveEvent[]): number[] =>
  events.flatMap((event) => (event.type === 'ledger' ? [event.event.seq] : []));

describe('the stream', () => {
  it('tells the past after an id, then what happens, each record once and in order', async () => {
    await serveDemo(api, '1.0.0');
    const { seq } = await api.client.ledgerHead();
    const collecting = collect(api.client.stream({ afterSeq: 2, signal: stop.signal }), (seen) =>
      seen.some((event) => event.type === 'ledger' && event.event.type === 'key.created'),
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    await api.client.createKey('app');
    expect(seqsOf(await collecting)).toEqual(Array.from({ length: seq + 1 - 2 }, (_, index) => index + 3));
  });

  it('shows each lane at first and again only when it looks different', async () => {
    await serveDemo(api, '1.0.0');
    await serveDemo(api, '1.0.1', 'production');
    const stream = api.client.stream({ service: 'demo', environment: 'staging', signal: stop.signal });
    const collecting = collect(
      stream,
      (seen) =>
        seen.filter((event) => event.type === 'lane' && event.lane.stable?.releaseVersion === '1.1.0')
          .length > 0,
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    await serveDemo(api, '1.1.0');
    const lanes = (await collecting).flatMap((event) => (event.type === 'lane' ? [event.lane] : []));
    expect(lanes[0]?.stable?.releaseVersion).toBe('1.0.0');
    expect(new Set(lanes.map(({ environment }) => environment))).toEqual(new Set(['staging']));
    const texts = lanes.map((lane) => JSON.stringify(lane));
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('sends a lane at most four times a second', async () => {
    await serveDemo(api, '1.0.0');
    let lanes = 0;
    const watching = (async () => {
      for await (const event of api.client.stream({ environment: 'staging', signal: stop.signal }))
        if (event.type === 'lane') lanes += 1;
    })();
    const endAtMs = Date.now() + 1_500;
    for (let answered = 1; Date.now() < endAtMs; answered += 1) {
      deliverTraffic(answered);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    stop.abort();
    await watching;
    expect(lanes).toBeGreaterThanOrEqual(4);
    expect(lanes).toBeLessThanOrEqual(8);
  });

  it('is taken up again where it broke: nothing missed, nothing twice', async () => {
    await serveDemo(api, '1.0.0');
    let connections = 0;
    // Breaks every connection after its first piece of news.
    const flaky: typeof fetch = async (input, init) => {
      const response = await api.fetch(input, init);
      if (!String(input).includes('/stream')) return response;
      connections += 1;
      const reader = response.body!.getReader();
      let pieces = 0;
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          const { done, value } = await reader.read();
          if (done || pieces > 2) {
            await reader.cancel();
            controller.error(new Error('the network broke'));
            return;
          }
          pieces += 1;
          controller.enqueue(value);
        },
      });
      return new Response(body, response);
    };
    const client = createClient({ server: 'http://127.0.0.1', token: testToken, fetch: flaky });
    const { seq } = await api.client.ledgerHead();
    const seen = await collect(
      client.stream({ afterSeq: 0, signal: stop.signal, retryMs: 1 }),
      (events) => seqsOf(events).at(-1) === seq,
    );
    expect(seqsOf(seen)).toEqual(Array.from({ length: seq }, (_, index) => index + 1));
    expect(connections).toBeGreaterThan(1);
    expect(seen.some((event) => event.type === 'connection' && !event.isConnected)).toBe(true);
  });

  it('ends with what no new try can mend', async () => {
    const client = createClient({ server: 'http://127.0.0.1', token: 'wrong', fetch: api.fetch });
    await expect(collect(client.stream({ signal: stop.signal }), () => true)).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    const bad = await api.call('/stream', { headers: { 'last-event-id': 'x' } });
    expect(bad.status).toBe(400);
  });

  it('lets go of a reader that leaves', async () => {
    for (let round = 0; round < 120; round += 1) {
      const response = await api.call('/stream');
      expect(response.status).toBe(200);
      await response.body!.cancel();
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
});

/** A gateway reports that stable has answered so many requests. */
const deliverTraffic = (answered: number): void => {
  const { stable } = api.engine.lane({ service: 'demo', environment: 'staging' });
  api.gateways.deliverFrame('boot-staging', {
    type: 'frame',
    seq: answered,
    atMs: Date.now(),
    cohorts: [],
    traffic: [
      {
        service: 'demo',
        release: stable!.release,
        releaseVersion: stable!.releaseVersion,
        track: 'stable',
        answered,
        failed: 0,
        rescued: 0,
        clientErrors: 0,
        feedbackGood: 0,
        feedbackBad: 0,
        mirrorDropped: 0,
        latency: { count: answered, p50Ms: 1, p95Ms: 1, p99Ms: 1 },
        lastAssignedAtMs: 0,
      },
    ],
  });
};
