import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTidegate, type Tidegate } from './harness/tidegate.ts';
import { until } from './harness/until.ts';

const lane = { environment: 'production', service: 'parrot' };

describe('kill -9 of a gateway in the middle of a canary', () => {
  let tidegate: Tidegate;
  beforeEach(async () => {
    tidegate = await openTidegate({
      environments: [{ name: 'production', gatewayProcesses: 2, policy: { minimum: '3s' } }],
    });
  });
  afterEach(async () => await tidegate?.dispose());

  it.each([
    ['a good candidate is promoted', {}, 'completed'],
    ['a bad candidate is rolled back', { errorShare: 0.3, healthyRequests: 60 }, 'rolled-back'],
  ])('it comes back within moments and the rollout ends: %s', async (_, behaviour, outcome) => {
    const tree = (answers: string, more: object = {}) => ({
      service: 'parrot',
      behaviour: { answers, ...more },
    });
    const first = await tidegate.ship(tree('1'), '1.0.0', 'production');
    await tidegate.completed(lane, first.rollout);
    const traffic = tidegate.traffic('production', 'parrot');
    const { rollout } = await tidegate.ship(tree('2', behaviour), '2.0.0', 'production');
    await until('the candidate answers', () => (traffic.byVersion()['2.0.0'] ?? 0) > 20);
    const [victim] = await tidegate.client.gateways();
    const killedAtMs = Date.now();
    process.kill(victim!.pid, 'SIGKILL');
    await until('another process has taken its place', async () => {
      const all = await tidegate.client.gateways().catch(() => []);
      const living = all.filter(({ connected }) => connected);
      return living.length === 2 && living.every(({ boot }) => boot !== victim!.boot);
    });
    expect(await tidegate.ended(lane, rollout, 40_000)).toMatchObject({ outcome });
    await traffic.stop();
    // What the dead process had in hand is lost with it; nothing else is.
    const errors = traffic.errors();
    expect(errors.filter(({ status }) => status !== 0)).toEqual([]);
    for (const { atMs } of errors) {
      expect(atMs).toBeGreaterThan(killedAtMs - 1_000);
      expect(atMs).toBeLessThan(killedAtMs + 2_000);
    }
    expect(errors.length).toBeLessThan(60);
    expect(await tidegate.client.verifyLedger()).toMatchObject({ ok: true });
  });
});
