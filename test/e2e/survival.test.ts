import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTidegate, type Tidegate } from './harness/tidegate.ts';

const POLL = { timeout: 10_000, interval: 10 };
const lane = { environment: 'production', service: 'parrot' };

describe('a control plane that ends', () => {
  let tidegate: Tidegate;
  beforeEach(async () => {
    tidegate = await openTidegate({
      environments: [
        { name: 'production', strategy: { canary: { steps: ['30%', '60%', '100%'], minimum: '1500ms' } } },
      ],
    });
    const first = await tidegate.ship(tree('1'), '1.0.0', 'production');
    await tidegate.completed(lane, first.rollout);
  });
  afterEach(async () => await tidegate?.dispose());

  const tree = (answers: string) => ({ service: 'parrot', behaviour: { answers } });
  const eventsOf = async (rollout: string): Promise<string[]> =>
    (await tidegate.client.events({ rollout, order: 'oldest', limit: 1_000 }))
      .filter(({ type }) => type !== 'workload.observed')
      .map(({ type, data }) => {
        const { stage, outcome } = data as { stage?: number; outcome?: string };
        return [type, stage, outcome].filter((part) => part !== undefined).join(' ');
      });

  it('by kill -9 in the middle of a canary: the next one goes on with it, and nobody notices', async () => {
    const traffic = tidegate.traffic('production', 'parrot');
    const { rollout } = await tidegate.ship(tree('2'), '2.0.0', 'production');
    await tidegate.laneUntil(lane, 'the canary has begun', (view) => view.rollout?.stage === 1);
    // The stage is in the ledger before the gateways have its table.
    await expect.poll(() => traffic.answers.some(({ version }) => version === '2.0.0'), POLL).toBe(true);
    const before = await tidegate.client.ledgerHead();
    await tidegate.kill();
    const deadSince = traffic.answers.length;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const whileDead = traffic.answers.slice(deadSince);
    const shares = new Set(whileDead.map(({ version }) => version));
    expect(shares).toEqual(new Set(['1.0.0', '2.0.0']));

    await tidegate.up();
    expect((await tidegate.client.ledgerHead()).seq).toBeGreaterThanOrEqual(before.seq);
    const ended = await tidegate.ended(lane, rollout, 30_000);
    await traffic.stop();
    expect(ended.outcome).toBe('completed');
    expect(traffic.errors()).toEqual([]);
    expect(await eventsOf(rollout)).toEqual([
      'rollout.started',
      'stage.entered 0',
      'stage.entered 1',
      'gate.decided 1 passed',
      'stage.entered 2',
      'gate.decided 2 passed',
      'stage.entered 3',
      'rollout.ended completed',
    ]);
    expect(await tidegate.client.verifyLedger()).toMatchObject({ ok: true });
  });
});
