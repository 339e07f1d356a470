import { beforeEach, describe, expect, it } from 'vitest';
import { manifestOf, openWorld, type World } from '../../test/fault/world.ts';

const key = { service: 'spam', environment: 'production' };

describe('replicas that nobody wants any more', () => {
  let world: World;
  beforeEach(async () => {
    world = openWorld({ policy: { minimumMs: 60_000 } });
    await world.startControlPlane(null);
    world.connectGateway('production');
    for (const version of ['1.0.0', '1.1.0']) {
      await world.engine().register(manifestOf(version), null, 'ann');
      await world.engine().ship({ ...key, release: version, rollout: `ro_${version}`, actor: 'ann' });
      await world.clock.advance(3_000);
    }
    await world.engine().command(key, { type: 'abort', reason: null }, { actor: 'ann' });
    expect(running()).toEqual(['serve 1.0.0', 'serve 1.1.0']);
  });

  const running = (): string[] =>
    [...world.runtimeWorld.workloads.values()].map(({ workload }) => workload.command).sort();
  const recorded = (): number => world.lane(key).workloads.length;

  it('leave the ledger when they are taken away', async () => {
    await world.clock.advance(30_000);
    expect(running()).toEqual(['serve 1.0.0']);
    expect(recorded()).toBe(1);
  });

  it('leave it also when an earlier control plane had started them', async () => {
    await world.startControlPlane(null);
    world.reconnectGateway('production');
    await world.clock.advance(30_000);
    expect(running()).toEqual(['serve 1.0.0']);
    expect(recorded()).toBe(1);
  });

  it('run on while that cannot be recorded', async () => {
    world.setLedgerDead(true);
    await world.clock.advance(30_000);
    expect(running()).toEqual(['serve 1.0.0', 'serve 1.1.0']);
    world.setLedgerDead(false);
    await world.clock.advance(3_000);
    expect(running()).toEqual(['serve 1.0.0']);
    expect(recorded()).toBe(1);
  });

  it('and that are gone without a record are waited for by the next rollout', async () => {
    for (const [id, { workload }] of world.runtimeWorld.workloads)
      if (workload.command === 'serve 1.1.0') world.runtimeWorld.workloads.delete(id);
    await world.startControlPlane(null);
    await world.clock.advance(10);
    expect(recorded()).toBe(1);
    await world.engine().ship({ ...key, release: '1.1.0', rollout: 'ro_again', actor: 'ann' });
    await world.clock.advance(3_000);
    const told = (await world.ledger.readAll(0)).slice(-8).map(({ type }) => type);
    const started = told.indexOf('rollout.started');
    expect(told.indexOf('workload.observed', started)).toBeGreaterThan(started);
    expect(told.indexOf('stage.entered', started)).toBeGreaterThan(
      told.indexOf('workload.observed', started),
    );
  });
});
