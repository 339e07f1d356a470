import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTidegate, type Tidegate } from './harness/tidegate.ts';

/** Longer than anything between route change and stop, so that requests are in flight whenever a replica leaves. */
const behaviour = { delayMs: 200 };

describe('a release that leaves', () => {
  let tidegate: Tidegate;
  beforeAll(async () => {
    tidegate = await openTidegate();
  });
  afterAll(async () => await tidegate?.dispose());

  it.each([
    ['all-at-once', 'all-at-once', 2],
    ['rolling', { rolling: { batch: 1 } }, 3],
    ['blue-green', { 'blue-green': { smoke: 'true' } }, 1],
  ])('answers what is in flight: %s', async (service, strategy, replicas) => {
    const lane = { environment: 'production', service };
    const tree = (answers: string) => ({
      service,
      behaviour: { ...behaviour, answers },
      run: { replicas },
      traffic: { slow: '600ms', timeouts: { connect: '500ms', firstByte: '800ms', total: '1s' } },
      more: { environments: { production: { strategy } } },
    });
    const first = await tidegate.ship(tree('1'), '1.0.0', 'production');
    await tidegate.completed(lane, first.rollout);
    const traffic = tidegate.traffic('production', service, { rate: 120 });
    try {
      const second = await tidegate.ship(tree('2'), '2.0.0', 'production');
      await tidegate.completed(lane, second.rollout, 40_000);
      const view = await tidegate.laneUntil(
        lane,
        'only the new release runs',
        ({ workloads }) => workloads.length === 1,
        15_000,
      );
      expect(view.workloads[0]).toMatchObject({ release: second.release, ready: replicas, wanted: replicas });
    } finally {
      await traffic.stop();
    }
    expect(traffic.errors()).toEqual([]);
    expect(traffic.byVersion()['1.0.0']).toBeGreaterThan(20);
    expect(traffic.byVersion()['2.0.0']).toBeGreaterThan(20);
  });
});
