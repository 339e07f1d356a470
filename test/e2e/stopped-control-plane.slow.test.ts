import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTidegate, type Tidegate } from './harness/tidegate.ts';

const lane = { environment: 'production', service: 'parrot' };
const leaseMs = 5_000;

describe('a control plane that stands still in the middle of a canary', () => {
  let tidegate: Tidegate;
  beforeEach(async () => {
    tidegate = await openTidegate({
      environments: [{ name: 'production', policy: { lease: '5s', minimum: '3s', timeout: '5m' } }],
    });
  });
  afterEach(async () => await tidegate?.dispose());

  it('costs no request; the candidate steps back when the lease runs out, and comes back afterwards', async () => {
    const tree = (answers: string) => ({ service: 'parrot', behaviour: { answers } });
    const first = await tidegate.ship(tree('1'), '1.0.0', 'production');
    await tidegate.completed(lane, first.rollout);
    const traffic = tidegate.traffic('production', 'parrot');
    const { rollout } = await tidegate.ship(tree('2'), '2.0.0', 'production');
    await tidegate.laneUntil(lane, 'the canary has begun', (view) => view.rollout?.stage === 1);
    await new Promise((resolve) => setTimeout(resolve, 500));

    tidegate.signal('SIGSTOP');
    const stoppedAtMs = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    const goesOnAtMs = Date.now();
    tidegate.signal('SIGCONT');
    const during = (fromMs: number, toMs: number): ReadonlySet<string> =>
      new Set(
        traffic.answers
          .filter(
            ({ atMs }) => atMs >= stoppedAtMs + fromMs && atMs < Math.min(stoppedAtMs + toMs, goesOnAtMs),
          )
          .map(({ version }) => version),
      );
    // The last renewal came at most two seconds before the stop.
    expect(during(0, leaseMs - 2_500)).toEqual(new Set(['1.0.0', '2.0.0']));
    expect(during(leaseMs + 250, 120_000)).toEqual(new Set(['1.0.0']));

    expect(await tidegate.ended(lane, rollout)).toMatchObject({ outcome: 'completed' });
    await traffic.stop();
    expect(traffic.answers.some(({ atMs, version }) => atMs > goesOnAtMs && version === '2.0.0')).toBe(true);
    expect(traffic.errors()).toEqual([]);
  });
});
