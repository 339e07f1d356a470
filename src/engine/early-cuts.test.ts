import { describe, expect, it } from 'vitest';
import { manifestOf, openWorld } from '../../test/fault/world.ts';
import type { NewEvent } from '../ports/ledger.ts';

const key = { service: 'spam', environment: 'production' };

const open = async () => {
  const world = openWorld({
    policy: { minimumMs: 60_000, hold: { durationMs: 60_000, holdbackShare: 0.01 } },
  });
  void world.startControlPlane(null);
  world.connectGateway('production');
  await world.clock.advance(100);
  return world;
};
type World = Awaited<ReturnType<typeof open>>;

const ship = async (world: World, version: string): Promise<void> => {
  await world.engine().register(manifestOf(version), null, 'ann');
  await world.engine().ship({ ...key, release: version, rollout: `ro_${version}`, actor: 'ann' });
  await world.clock.advance(3_000);
};

/** Completions wait before they are stored, until the returned function is called. */
const holdCompletions = (world: World): (() => void) => {
  const { append } = world.ledger;
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  world.ledger.append = async (stream, version, events: readonly NewEvent[], options) => {
    const isCompletion = events.some(
      ({ type, data }) => type === 'rollout.ended' && (data as { outcome: string }).outcome === 'completed',
    );
    if (isCompletion) await held;
    return append(stream, version, events, options);
  };
  return letGo;
};

describe('an abort that was acknowledged with its record owed', () => {
  it('holds when the rollout had completed before anybody could stop it', async () => {
    const world = await open();
    await ship(world, '1.0.0');
    await ship(world, '1.1.0');
    await world.engine().command(key, { type: 'advance', reason: null }, { actor: 'ann' });
    const letGo = holdCompletions(world);
    void world.engine().command(key, { type: 'advance', reason: null }, { actor: 'ann' });
    const aborting = world.engine().command(key, { type: 'abort', reason: 'it smells' }, { actor: 'bob' });
    await world.clock.advance(1_000);
    expect(await aborting).toMatchObject({ recorded: false });
    const before = world.gateways.pushed.length;
    letGo();
    await world.clock.advance(3_000);
    for (const { services } of world.gateways.pushed.slice(before)) {
      expect(services.spam?.stable?.releaseVersion).toBe('1.0.0');
      expect(services.spam?.candidate?.releaseVersion ?? '1.0.0').toBe('1.0.0');
    }
    const { stable, ended } = world.lane(key);
    expect(stable?.releaseVersion).toBe('1.0.0');
    expect(ended.map(({ order, outcome, actor }) => [order.kind, outcome, actor])).toEqual([
      ['rollback', 'completed', 'bob'],
      ['ship', 'completed', 'ann'],
      ['ship', 'completed', 'ann'],
    ]);
    expect(ended[0]?.order.reason).toBe('it smells');
    // It is paid: nothing stands in for anything any more.
    expect(world.table('production')?.cut).toBeUndefined();
  });

  it('holds for a first release, which has nothing to go back to: nobody gets it', async () => {
    const world = await open();
    const letGo = holdCompletions(world);
    await ship(world, '1.0.0');
    const aborting = world.engine().command(key, { type: 'abort', reason: null }, { actor: 'bob' });
    await world.clock.advance(1_000);
    expect(await aborting).toMatchObject({ recorded: false });
    letGo();
    await world.clock.advance(5_000);
    expect(world.lane(key).stable?.releaseVersion).toBe('1.0.0');
    expect(world.table('production')?.services.spam?.stable ?? null).toBeNull();
    expect(world.table('production')?.services.spam?.candidate ?? null).toBeNull();
    // Until there is another.
    await ship(world, '1.1.0');
    await world.engine().command(key, { type: 'advance', reason: null }, { actor: 'ann' });
    await world.engine().command(key, { type: 'advance', reason: null }, { actor: 'ann' });
    await world.clock.advance(2_000);
    expect(world.table('production')?.services.spam?.stable?.releaseVersion).toBe('1.1.0');
  });

  it('holds over a restart, also when the ledger went on after the cut', async () => {
    const world = await open();
    await ship(world, '1.0.0');
    await ship(world, '1.1.0');
    expect(world.gatewayExposure('production')).toBe(0.5);
    world.setLedgerDead(true);
    const said = await world.engine().command(key, { type: 'abort', reason: null }, { actor: 'bob' });
    expect(said.recorded).toBe(false);
    await world.clock.advance(100);
    // A record whose answer nobody got.
    const event = { type: 'key.created', schema: 1, atMs: 0, actor: 'ann', data: { id: 'app', sha256: '' } };
    await world.ledger.append('keys', 0, [event]);
    world.setLedgerDead(false);
    void world.startControlPlane(null);
    await world.clock.advance(3_000);
    expect(world.lane(key).ended[0]).toMatchObject({ outcome: 'rolled-back', cause: { kind: 'person' } });
    expect(world.gatewayExposure('production')).toBe(0);
  });
});
