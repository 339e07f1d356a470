import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTidegate, type Tidegate } from './harness/tidegate.ts';
import { until } from './harness/until.ts';

/** Something that somebody else runs. */
const openForeign = async (model: string) => {
  let serves = model;
  const server: Server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url === '/fingerprint' ? { model: serves } : { answer: serves }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    become: (other: string) => {
      serves = other;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

describe('an external release', () => {
  let tidegate: Tidegate;
  const foreign: Awaited<ReturnType<typeof openForeign>>[] = [];
  beforeAll(async () => {
    tidegate = await openTidegate();
  });
  afterAll(async () => {
    await tidegate?.dispose();
    for (const one of foreign) await one.close().catch(() => undefined);
  });

  const started = async (model: string) => {
    const one = await openForeign(model);
    foreign.push(one);
    return one;
  };
  const laneOf = (service: string) => ({ environment: 'production', service });
  const tree = (service: string, address: string) => ({
    service,
    behaviour: {},
    more: {
      components: undefined,
      run: undefined,
      external: { address, ready: { path: '/health', timeout: '1s' }, fingerprint: '/fingerprint' },
    },
  });

  it('serves, is compared and is replaced like any other', async () => {
    const lane = laneOf('replaced');
    const [a, b] = [await started('a'), await started('b')];
    const first = await tidegate.ship(tree('replaced', a.address), '1.0.0', 'production');
    await tidegate.completed(lane, first.rollout);
    const traffic = tidegate.traffic('production', 'replaced');
    const second = await tidegate.ship(tree('replaced', b.address), '2.0.0', 'production');
    await tidegate.completed(lane, second.rollout, 30_000);
    await traffic.stop();
    expect(traffic.errors()).toEqual([]);
    expect(traffic.byVersion()['2.0.0']).toBeGreaterThan(20);
  });

  it('that cannot be reached when it is sealed is refused with the reason', async () => {
    const gone = await started('gone');
    await gone.close();
    await expect(
      tidegate.ship(tree('unreachable', gone.address), '1.0.0', 'production'),
    ).rejects.toMatchObject({
      code: 'seal-failed',
    });
  });

  it('that goes away as a candidate is taken back, and nobody sees an error', async () => {
    const lane = laneOf('leaving');
    const [a, b] = [await started('a'), await started('b')];
    const first = await tidegate.ship(tree('leaving', a.address), '1.0.0', 'production');
    await tidegate.completed(lane, first.rollout);
    const traffic = tidegate.traffic('production', 'leaving');
    const patient = { strategy: { canary: { steps: ['50%', '100%'], minimum: '1m' } } };
    const candidate = tree('leaving', b.address);
    const second = await tidegate.ship(
      { ...candidate, more: { ...candidate.more, environments: { production: patient } } },
      '2.0.0',
      'production',
    );
    await until('the candidate answers', () => (traffic.byVersion()['2.0.0'] ?? 0) > 5);
    await b.close();
    expect(await tidegate.ended(lane, second.rollout)).toMatchObject({ outcome: 'rolled-back' });
    await traffic.stop();
    expect(traffic.errors()).toEqual([]);
  });

  it('whose fingerprint has changed since it was sealed never gets a request', async () => {
    const lane = laneOf('changed');
    const [a, b] = [await started('a'), await started('b')];
    const first = await tidegate.ship(tree('changed', a.address), '1.0.0', 'production');
    await tidegate.completed(lane, first.rollout);
    const directory = tidegate.write(tree('changed', b.address));
    const release = await tidegate.seal(directory, '2.0.0');
    b.become('something else');
    const { rollout } = await tidegate.client.ship(lane, release);
    const ended = await tidegate.ended(lane, rollout!);
    expect(ended).toMatchObject({ outcome: 'rejected', cause: { kind: 'workload' } });
    expect(JSON.stringify(ended.cause)).toContain('fingerprint');
  });
});
