import { beforeEach, describe, expect, it } from 'vitest';
import { manifestOf, openWorld, type World } from './world.ts';

const key = { service: 'spam', environment: 'production' };

describe('a ledger that cannot be written while a candidate is exposed', () => {
  let world: World;
  beforeEach(async () => {
    world = openWorld({ policy: { hold: { durationMs: 0, holdbackShare: 0.01 }, minimumMs: 60_000 } });
    await world.startControlPlane(null);
    world.connectGateway('production');
    await ship('1.0.0');
    await world.clock.advance(2_000);
    expect(world.lane(key).stable?.releaseVersion).toBe('1.0.0');
    await ship('1.1.0');
    await world.clock.advance(2_000);
    expect(exposed()).toBe(0.5);
  });

  const ship = async (version: string): Promise<void> => {
    await world.engine().register(manifestOf(version), null, 'ann');
    await world.engine().ship({ ...key, release: version, rollout: `ro_${version}`, actor: 'ann' });
  };
  const exposed = (): number => world.table('production')?.services.spam?.candidate?.share ?? 0;
  const recordedEnd = async (): Promise<unknown> =>
    (await world.ledger.readAll(0, 1_000)).find(
      ({ type, data }) => type === 'rollout.ended' && (data as { rollout: string }).rollout === 'ro_1.1.0',
    )?.data;

  it('a guard that breaks cuts the exposure first; the record follows when it can', async () => {
    world.setLedgerDead(true);
    world.serve('production', 'spam', 400, 0.5);
    await world.clock.advance(500);
    expect(exposed()).toBe(0);
    expect(world.table('production')?.generation).toMatchObject({ cut: 1 });
    expect(await recordedEnd()).toBeUndefined();
    expect(world.failures).not.toEqual([]);

    // However long it takes, nothing comes back.
    await world.clock.advance(30_000);
    expect(exposed()).toBe(0);

    world.setLedgerDead(false);
    await world.clock.advance(2_000);
    expect(await recordedEnd()).toMatchObject({ outcome: 'rolled-back', cause: { kind: 'guard' } });
    expect(exposed()).toBe(0);
    expect(world.lane(key).stable?.releaseVersion).toBe('1.0.0');
  });

  it('abort is possible, says that its record is owed, and names the person in it later', async () => {
    world.setLedgerDead(true);
    const said = await world.engine().command(key, { type: 'abort', reason: 'it smells' }, { actor: 'bob' });
    expect(said.recorded).toBe(false);
    expect(exposed()).toBe(0);
    world.setLedgerDead(false);
    await world.clock.advance(2_000);
    expect(await recordedEnd()).toMatchObject({
      outcome: 'aborted',
      cause: { kind: 'person', reason: 'it smells' },
    });
    const [event] = (await world.ledger.readAll(0, 1_000))
      .filter(({ type }) => type === 'rollout.ended')
      .slice(-1);
    expect(event?.actor).toBe('bob');
  });

  it('nothing that raises exposure happens', async () => {
    world.setLedgerDead(true);
    await expect(
      world.engine().command(key, { type: 'advance', reason: null }, { actor: 'bob' }),
    ).rejects.toMatchObject({ code: 'ledger-unavailable' });
    await world.clock.advance(70_000);
    world.serve('production', 'spam', 4_000);
    await world.clock.advance(5_000);
    expect(exposed()).toBe(0.5);
    expect(world.table('production')?.generation.cut).toBe(0);
  });

  it('a control plane that dies before it could write: the next one learns of the cut from the gateway', async () => {
    world.setLedgerDead(true);
    // A person's reason, which dies with the process: no evidence will say it again.
    await world.engine().command(key, { type: 'abort', reason: 'it smells' }, { actor: 'bob' });
    await world.clock.advance(500);
    expect(exposed()).toBe(0);

    const pushedBefore = world.gateways.pushed.length;
    void world.startControlPlane(null);
    await world.clock.advance(1_000);
    expect(world.gatewayExposure('production')).toBe(0);
    // Still not writable, and still cut.
    await world.clock.advance(10_000);
    expect(world.gatewayExposure('production')).toBe(0);
    expect(world.gateways.pushed.length).toBeGreaterThan(pushedBefore);

    world.setLedgerDead(false);
    await world.clock.advance(3_000);
    expect(await recordedEnd()).toMatchObject({ outcome: 'rolled-back', cause: { kind: 'person' } });
    expect(world.gatewayExposure('production')).toBe(0);
    expect(world.lane(key).rollout).toBeNull();
    expect(world.lane(key).stable?.releaseVersion).toBe('1.0.0');
  });

  it('a full disk keeps room for what reduces exposure, and for nothing else', async () => {
    world.ledger.setDiskFull(true);
    await expect(
      world.engine().command(key, { type: 'advance', reason: null }, { actor: 'bob' }),
    ).rejects.toMatchObject({ code: 'disk-full' });
    const said = await world.engine().command(key, { type: 'abort', reason: null }, { actor: 'bob' });
    expect(said.recorded).toBe(true);
    expect(exposed()).toBe(0);
    expect(world.table('production')?.generation.cut).toBe(0);
    expect(await recordedEnd()).toMatchObject({ outcome: 'aborted' });
  });
});
