import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTidegate, type Tidegate } from './harness/tidegate.ts';
import { until } from './harness/until.ts';

describe('a strategy with an audience', () => {
  let tidegate: Tidegate;
  const lane = { environment: 'production', service: 'shown' };
  const stages = [
    { name: 'ring', weight: '50%', audience: { header: { name: 'X-Ring', in: ['beta'] } } },
    { name: 'rest', weight: '50%', gates: ['approval'] },
    { weight: '100%' },
  ];
  beforeAll(async () => {
    tidegate = await openTidegate({ environments: [{ name: 'production', strategy: { stages } }] });
    const { rollout } = await tidegate.ship({ service: 'shown', behaviour: {} }, '1.0.0', 'production');
    await tidegate.completed(lane, rollout);
  });
  afterAll(() => tidegate?.dispose());

  const ask = async (ring: string | null): Promise<string> => {
    const headers: Record<string, string> = ring === null ? {} : { 'x-ring': ring };
    const response = await fetch(`${tidegate.gateway('production')}/services/shown/work`, { headers });
    await response.arrayBuffer();
    return String(response.headers.get('tidegate-release')).split('@')[0]!;
  };
  const askMany = async (count: number, ring: string | null): Promise<Set<string>> =>
    new Set(await Promise.all(Array.from({ length: count }, () => ask(ring))));

  it('shows the candidate to it alone, passes on its evidence, and then to everybody', async () => {
    const { rollout } = await tidegate.ship(
      { service: 'shown', behaviour: { delayMs: 1 } },
      '2.0.0',
      'production',
    );
    const others = new Set<string>();
    const stage = async (): Promise<string | undefined> => {
      const running = (await tidegate.lane(lane)).rollout;
      return running?.order.plan.stages[running.stage]?.name;
    };
    await until('the candidate is shown to the ring', async () => (await stage()) === 'ring');
    await until('the evidence of the ring is enough', async () => {
      const seen = await askMany(20, null);
      await askMany(40, 'beta');
      if ((await stage()) !== 'ring') return true;
      for (const version of seen) others.add(version);
      return false;
    });
    expect([...others]).toEqual(['1.0.0']);
    const explained = await tidegate.client.explanation(lane, rollout);
    expect(explained.stages.find(({ name }) => name === 'ring')?.exposure.audience).toEqual({
      type: 'header',
      name: 'x-ring',
      values: ['beta'],
    });
    await until('others get it too', async () => (await askMany(20, null)).has('2.0.0'));
  });
});
