import { describe, expect, it } from 'vitest';
import { manifestOf, openWorld, type World } from './world.ts';

const key = { service: 'spam', environment: 'production' };

const smoke = {
  type: 'stages',
  holdMs: 0,
  holdbackShare: null,
  stages: [
    {
      name: 'smoke',
      share: 0,
      mirrorShare: 0,
      gates: [{ type: 'command', command: 'smoke', timeoutMs: 1_000 }],
      minimumMs: 0,
      timeoutMs: null,
    },
    { name: 'all', share: 1, mirrorShare: 0, gates: [], minimumMs: 0, timeoutMs: null },
  ],
} as const;

/** A control plane that dies at `point`, and the one after it. */
const dieAt = async (point: string): Promise<World> => {
  const shipped = async (dies: number | null): Promise<World> => {
    const world = openWorld({ strategy: smoke });
    void world.startControlPlane(dies);
    world.connectGateway('production');
    await world.clock.advance(100);
    void (async () => {
      await world.engine().register(manifestOf('1.0.0'), null, 'ann');
      await world.engine().ship({ ...key, release: '1.0.0', rollout: 'ro_1', actor: 'ann' });
    })().catch(() => undefined);
    await world.clock.advance(3_000);
    return world;
  };
  const undisturbed = await shipped(null);
  expect(undisturbed.lane(key).stable?.releaseVersion).toBe('1.0.0');
  expect(undisturbed.calls.command).toBe(1);
  const index = undisturbed.life().points.indexOf(point);
  expect(index, point).toBeGreaterThan(0);
  const world = await shipped(index);
  expect(world.life().diedAt()).toBe(point);
  void world.startControlPlane(null);
  world.reconnectGateway('production');
  await world.clock.advance(3_000);
  return world;
};

describe('a command of a gate whose end nobody heard', () => {
  it.each([
    ['before work.command', 0],
    ['after work.command', 1],
  ])('dying %s: it pauses, and the command is not run again by itself', async (point, ranBefore) => {
    const world = await dieAt(point);
    expect(world.lane(key).rollout?.paused).toMatchObject({ cause: { kind: 'gate-unknown' } });
    expect(world.table('production')?.services.spam?.candidate ?? null).toBeNull();
    await world.clock.advance(60_000);
    expect(world.calls.command).toBe(ranBefore);

    await world.engine().command(key, { type: 'resume' }, { actor: 'ann' });
    await world.clock.advance(3_000);
    expect(world.calls.command).toBe(ranBefore + 1);
    expect(world.lane(key).stable?.releaseVersion).toBe('1.0.0');
    const events = await world.ledger.readAll(0, 1_000);
    expect(
      events.flatMap(({ type, data }) =>
        type.startsWith('gate.') ? [`${type} ${(data as { outcome?: string }).outcome ?? ''}`.trim()] : [],
      ),
    ).toEqual([
      'gate.decided passed',
      'gate.opened',
      'gate.decided unknown',
      'gate.opened',
      'gate.decided passed',
    ]);
  });
});
