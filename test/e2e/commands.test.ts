import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTidegate, type Tidegate } from './harness/tidegate.ts';

/** A canary that stays where it is until somebody says so. */
const patient = { canary: { steps: ['20%', '60%', '100%'], minimum: '5m', timeout: '10m' } };

describe('what people tell a lane', () => {
  let tidegate: Tidegate;
  beforeAll(async () => {
    tidegate = await openTidegate({
      environments: [
        { name: 'staging', strategy: 'all-at-once' },
        { name: 'production', policy: { approvals: 1, whenRunning: 'queue' } },
        { name: 'strict', policy: { whenRunning: 'refuse' } },
      ],
    });
  });
  afterAll(async () => await tidegate?.dispose());

  const tree = (service: string, answers: string, strategy?: unknown) => ({
    service,
    behaviour: { answers },
    run: { replicas: 1 },
    ...(strategy === undefined
      ? {}
      : {
          more: {
            environments: { staging: { strategy }, production: { strategy }, strict: { strategy } },
          },
        }),
  });
  /** A service whose first release serves. */
  const serving = async (service: string, environment: string) => {
    const lane = { service, environment };
    const first = await tidegate.ship(tree(service, 'first'), '1.0.0', environment);
    if (environment === 'production') await approved(lane);
    await tidegate.completed(lane, first.rollout);
    return { lane, first };
  };
  const approved = async (lane: { service: string; environment: string }): Promise<void> => {
    const view = await tidegate.laneUntil(lane, 'an approval is waited for', ({ rollout }) =>
      rollout?.verdict.kind === 'hold'
        ? rollout.verdict.waitingFor.some(({ on }) => on === 'approval')
        : false,
    );
    const stage = view.rollout!.order.plan.stages[view.rollout!.stage]!.name;
    await tidegate.client.approve(lane, stage);
  };
  const inStage = (lane: { service: string; environment: string }, stage: number, version?: string) =>
    tidegate.laneUntil(
      lane,
      `stage ${stage} of ${version ?? 'the rollout'}`,
      ({ rollout }) =>
        rollout?.stage === stage && (version === undefined || rollout.order.releaseVersion === version),
    );

  it('two that advance and abort at once with the same If-Match: one wins, the other gets 412', async () => {
    const { lane } = await serving('race', 'staging');
    const { rollout } = await tidegate.ship(tree('race', 'second', patient), '2.0.0', 'staging');
    const { version } = await inStage(lane, 1);
    const results = await Promise.allSettled([
      tidegate.client.advance(lane, { ifVersion: version, reason: 'it looks fine' }),
      tidegate.client.abort(lane, { ifVersion: version, reason: 'it looks odd' }),
    ]);
    const lost = results.filter((result) => result.status === 'rejected');
    expect(lost).toHaveLength(1);
    expect(lost[0]!.reason).toMatchObject({ code: 'conflict' });
    const view = await tidegate.lane(lane);
    const hasAdvanced = results[0]!.status === 'fulfilled';
    if (hasAdvanced) expect(view.rollout).toMatchObject({ order: { rollout }, stage: 2 });
    else expect(view.ended[0]).toMatchObject({ order: { rollout }, outcome: 'aborted' });

    const stale = await fetch(`${tidegate.client.server}/api/v1/lanes/staging/race/abort`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${tidegate.token()}`,
        'content-type': 'application/json',
        'if-match': `"${version}"`,
      },
      body: '{}',
    });
    expect(stale.status).toBe(412);
  });

  it('a release shipped meanwhile replaces the one on its way, and both are told', async () => {
    const { lane } = await serving('hasty', 'staging');
    const one = await tidegate.ship(tree('hasty', 'second', patient), '2.0.0', 'staging');
    await inStage(lane, 1);
    const two = await tidegate.ship(tree('hasty', 'third'), '3.0.0', 'staging');
    expect(await tidegate.ended(lane, one.rollout)).toMatchObject({
      outcome: 'superseded',
      cause: { kind: 'superseded', by: two.rollout },
    });
    await tidegate.completed(lane, two.rollout);
  });

  it('where the policy says refuse, a second release is refused and changes nothing', async () => {
    const { lane } = await serving('guarded', 'strict');
    const one = await tidegate.ship(tree('guarded', 'second', patient), '2.0.0', 'strict');
    await inStage(lane, 1);
    await expect(tidegate.ship(tree('guarded', 'third'), '3.0.0', 'strict')).rejects.toMatchObject({
      code: 'rollout-running',
    });
    expect((await tidegate.lane(lane)).rollout?.order.rollout).toBe(one.rollout);
  });

  it('approval and queue: nobody gets the release before a person has seen it, and the next one waits its turn', async () => {
    const { lane } = await serving('careful', 'production');
    const traffic = tidegate.traffic('production', 'careful', { rate: 60 });
    try {
      const one = await tidegate.ship(tree('careful', 'second'), '2.0.0', 'production');
      await tidegate.laneUntil(lane, 'it waits for an approval', ({ rollout }) =>
        rollout?.verdict.kind === 'hold'
          ? rollout.verdict.waitingFor.some(({ on }) => on === 'approval')
          : false,
      );
      const two = await tidegate.ship(tree('careful', 'third'), '3.0.0', 'production');
      expect((await tidegate.lane(lane)).queue).toMatchObject([
        { rollout: two.rollout, releaseVersion: '3.0.0' },
      ]);
      await expect(tidegate.client.approve(lane, 'no such stage')).rejects.toMatchObject({
        code: 'conflict',
      });
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect(Object.keys(traffic.byVersion())).toEqual(['1.0.0']);

      await approved(lane);
      await tidegate.completed(lane, one.rollout, 30_000);
      expect((await inStage(lane, 0, '3.0.0')).rollout?.order.rollout).toBe(two.rollout);
      await tidegate.client.abort(lane, { reason: 'not today' });
      expect(await tidegate.ended(lane, two.rollout)).toMatchObject({
        outcome: 'aborted',
        cause: { kind: 'person', reason: 'not today' },
      });
    } finally {
      await traffic.stop();
    }
    expect(traffic.errors()).toEqual([]);
    expect(traffic.byVersion()['2.0.0']).toBeGreaterThan(0);
    expect(traffic.byVersion()['3.0.0']).toBeUndefined();
  });

  it('promote takes the same bytes on to the next environment', async () => {
    const { first } = await serving('mover', 'staging');
    const promoted = await tidegate.client.promote({ service: 'mover', environment: 'staging' });
    const lane = { service: 'mover', environment: 'production' };
    expect(promoted.lane.rollout).toMatchObject({
      order: { release: first.release, kind: 'promote', origin: first.rollout },
    });
    await approved(lane);
    await tidegate.completed(lane, promoted.rollout!);
    expect((await tidegate.lane(lane)).stable?.release).toBe(first.release);
  });

  it('blue-green whose smoke test fails is rejected before anybody got it', async () => {
    const { lane } = await serving('smoky', 'staging');
    const traffic = tidegate.traffic('staging', 'smoky', { rate: 60 });
    const bad = await tidegate.ship(
      tree('smoky', 'second', { 'blue-green': { smoke: 'echo it smokes; exit 7' } }),
      '2.0.0',
      'staging',
    );
    const ended = await tidegate.ended(lane, bad.rollout);
    await traffic.stop();
    expect(ended, JSON.stringify(ended.cause)).toMatchObject({
      outcome: 'rejected',
      cause: { kind: 'gate', evidence: { kind: 'command', exitCode: 7 } },
    });
    expect(JSON.stringify(ended.cause)).toContain('it smokes');
    expect(traffic.byVersion()).toEqual({ '1.0.0': traffic.answers.length });
    expect(traffic.errors()).toEqual([]);
  });
});
