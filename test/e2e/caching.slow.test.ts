import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POLICY } from '../../src/gateway/cache/testing/cache-policy.ts';
import { type Harness, startHarness } from '../../src/gateway/testing/harness.ts';
import { type ModelServer, startModelServer } from '../../src/gateway/testing/model-server.ts';
import { serviceWith, stableAt, tableWith } from '../../src/gateway/testing/table.ts';
import { openTidegate, type Tidegate } from './harness/tidegate.ts';
import { until } from './harness/until.ts';

describe('a service with a cache', () => {
  let tidegate: Tidegate;
  beforeAll(async () => {
    tidegate = await openTidegate();
  });
  afterAll(() => tidegate?.dispose());

  const lane = { environment: 'production', service: 'cached' };
  const tree = (behaviour: object) => ({
    service: 'cached',
    behaviour,
    traffic: { cache: { ttl: '10m', evidence: '50%' } },
  });
  const ask = () => fetch(`${tidegate.gateway('production')}/services/cached/work`);

  it('answers the same again, and says whose answer it is', async () => {
    const first = await tidegate.ship(tree({}), '1.0.0', 'production');
    await tidegate.completed(lane, first.rollout);
    const [one, two] = [await ask(), await ask()];
    expect([one, two].map(({ headers }) => headers.get('tidegate-cache'))).toEqual(['miss', 'hit']);
    expect(await two.text()).toBe(await one.text());
    const id = (answer: Response) => String(answer.headers.get('tidegate-invocation'));
    const traced = await until('the hit is in the log', async () => {
      const { invocation } = await tidegate.client.trace(id(two)).catch(() => ({ invocation: null }));
      return invocation;
    });
    expect(traced).toMatchObject({ cache: 'hit', sparedBy: id(one) });
  });

  it('goes on to a release that is as good, by the requests that were asked, and answers as that one from then on', async () => {
    const traffic = tidegate.traffic('production', 'cached');
    const second = await tidegate.ship(tree({}), '2.0.0', 'production');
    await tidegate.completed(lane, second.rollout, 60_000);
    await traffic.stop();
    expect(traffic.errors()).toEqual([]);
    await ask();
    const { headers } = await ask();
    expect(headers.get('tidegate-cache')).toBe('hit');
    expect(headers.get('tidegate-release')).toMatch(/^2\.0\.0@/);
  });

  it('takes a release back that fails what stable has in its cache, and nobody sees an error', async () => {
    const traffic = tidegate.traffic('production', 'cached');
    const third = await tidegate.ship(tree({ errorShare: 1 }), '3.0.0', 'production');
    const ended = await tidegate.ended(lane, third.rollout, 60_000);
    await traffic.stop();
    expect(ended.outcome).not.toBe('completed');
    expect(traffic.errors()).toEqual([]);
    expect((await ask()).headers.get('tidegate-release')).toMatch(/^2\.0\.0@/);
  });
});

describe('the openai client', () => {
  let harness: Harness;
  let server: ModelServer;
  beforeAll(async () => {
    [harness, server] = await Promise.all([startHarness(), startModelServer()]);
    const cache = { ...POLICY, hasStreams: true };
    await harness.push(
      tableWith(1, [
        serviceWith({ service: 'chat', protocol: 'openai', stable: stableAt(server.address), cache }),
      ]),
    );
  });
  afterAll(async () => {
    await harness?.remove();
    await server?.close();
  });

  it('gets kept answers and kept streams as any other', async () => {
    const client = new OpenAI({ baseURL: `${harness.gateway.address}/v1`, apiKey: 'x', maxRetries: 0 });
    const asked = { model: 'chat', temperature: 0, messages: [{ role: 'user' as const, content: 'x' }] };
    for (const expected of ['miss', 'hit']) {
      const { data, response } = await client.chat.completions.create(asked).withResponse();
      expect([response.headers.get('tidegate-cache'), data.choices[0]?.message.content]).toEqual([
        expected,
        'Good morning, it is ten.',
      ]);
      const { data: stream, response: head } = await client.chat.completions
        .create({ ...asked, stream: true })
        .withResponse();
      let text = '';
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      expect([head.headers.get('tidegate-cache'), text]).toEqual([expected, 'Good morning, it is ten.']);
    }
    expect(server.seen).toHaveLength(2);
  });
});
