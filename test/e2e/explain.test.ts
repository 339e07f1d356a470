import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runInProcess } from '../../src/cli/testing/run-in-process.ts';
import { openTidegate, type Tidegate } from './harness/tidegate.ts';
import type { Traffic } from './harness/traffic.ts';

const lane = { environment: 'production', service: 'parrot' };

describe('tidegate explain, on a control plane with its gateways and replicas', () => {
  let tidegate: Tidegate;
  let traffic: Traffic;
  beforeAll(async () => {
    tidegate = await openTidegate({
      environments: [
        {
          name: 'production',
          gatewayProcesses: 2,
          strategy: { canary: { steps: ['30%', '60%', '100%'], minimum: '1500ms' } },
        },
      ],
    });
    const tree = { service: 'parrot', behaviour: { answers: 'good' } };
    const first = await tidegate.ship(tree, '1.0.0', 'production');
    await tidegate.completed(lane, first.rollout);
    traffic = tidegate.traffic('production', 'parrot');
  });
  afterAll(async () => {
    await traffic?.stop();
    await tidegate?.dispose();
  });

  const explain = (...argv: string[]) =>
    runInProcess(['explain', ...argv], {
      cwd: tidegate.directory,
      env: {
        TIDEGATE_SERVER: `http://127.0.0.1:${tidegate.controlPort}`,
        TIDEGATE_TOKEN: tidegate.token(),
      },
      fetch,
    });
  const recompute = async (rollout: string) => {
    const { out, err, code } = await explain(rollout, '--recompute', '-o', 'json');
    expect(err).not.toContain('✘ error');
    return { code, verdicts: JSON.parse(out) as { what: string; result: string; lines: number }[] };
  };

  it('computes every verdict of a good candidate anew, over a kill -9 of the control plane', async () => {
    const tree = { service: 'parrot', behaviour: { answers: 'good again' } };
    const { rollout } = await tidegate.ship(tree, '1.1.0', 'production');
    await tidegate.laneUntil(lane, 'a stage has users', (view) => (view.rollout?.stage ?? 0) >= 1);
    await tidegate.kill();
    await tidegate.up();
    await tidegate.completed(lane, rollout, 60_000);
    const { code, verdicts } = await recompute(rollout);
    expect(verdicts.length).toBeGreaterThanOrEqual(2);
    expect(verdicts.map(({ result }) => result)).toEqual(verdicts.map(() => 'same'));
    expect(code).toBe(0);
  }, 90_000);

  it('says why a bad one was taken back, and what ended it comes out the same', async () => {
    const tree = { service: 'parrot', behaviour: { answers: 'bad', errorShare: 0.4 } };
    const { rollout } = await tidegate.ship(tree, '1.2.0', 'production');
    const { cause } = await tidegate.ended(lane, rollout, 60_000);
    const { code, out } = await explain(rollout);
    expect(code).toBe(0);
    expect(out).toContain('1.2.0, after 1.1.0, in production was rolled back');
    // A gateway may have been faster than the control plane; then there is nothing to compute.
    expect(['guard', 'trip-wire']).toContain(cause.kind);
    const { verdicts } = await recompute(rollout);
    if (cause.kind === 'guard') expect(verdicts.at(-1)).toMatchObject({ what: 'rollback', result: 'same' });
  }, 90_000);
});
