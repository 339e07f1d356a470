import { describe, expect, it } from 'vitest';
import { manifestOf, openWorld } from './world.ts';

const key = { service: 'spam', environment: 'production' };

describe('a ledger that does not answer any more', () => {
  it('is overtaken by an abort, and the next control plane records what had happened', async () => {
    const world = openWorld({ policy: { minimumMs: 60_000 } });
    void world.startControlPlane(null);
    world.connectGateway('production');
    await world.clock.advance(100);
    for (const version of ['1.0.0', '1.1.0']) {
      await world.engine().register(manifestOf(version), null, 'ann');
      await world.engine().ship({ ...key, release: version, rollout: `ro_${version}`, actor: 'ann' });
      await world.clock.advance(3_000);
    }
    expect(world.table('production')?.services.spam?.candidate?.share).toBe(0.5);

    const append = world.ledger.append;
    world.ledger.append = () => new Promise(() => {});
    const aborting = world.engine().command(key, { type: 'abort', reason: null }, { actor: 'ann' });
    await world.clock.advance(1_000);
    expect(await aborting).toMatchObject({ recorded: false });
    expect(world.table('production')?.services.spam?.candidate).toBeNull();
    expect(world.table('production')?.generation.cut).toBe(1);

    world.ledger.append = append;
    void world.startControlPlane(null);
    world.reconnectGateway('production');
    await world.clock.advance(3_000);
    expect(world.lane(key).ended[0]).toMatchObject({ outcome: 'rolled-back', cause: { kind: 'person' } });
    expect(world.table('production')?.services.spam?.candidate).toBeNull();
  });
});

describe('evidence and stages', () => {
  it('a slow ledger does not carry evidence of one stage into the next', async () => {
    const world = openWorld({ policy: { minimumMs: 0 }, strategy: fourSteps });
    void world.startControlPlane(null);
    world.connectGateway('production');
    await world.clock.advance(100);
    for (const version of ['1.0.0', '1.1.0']) {
      await world.engine().register(manifestOf(version), null, 'ann');
      await world.engine().ship({ ...key, release: version, rollout: `ro_${version}`, actor: 'ann' });
      await world.clock.advance(3_000);
    }
    const append = world.ledger.append;
    world.ledger.append = async (...args) => {
      await new Promise((resolve) => world.clock.after(50, () => resolve(null)));
      return append(...args);
    };
    expect(world.lane(key).rollout?.stage).toBe(1);
    for (let frame = 0; frame < 4; frame += 1) world.serve('production', 'spam', 4_000);
    await world.clock.advance(1_000);
    // All four frames were about the first stage with users; the second has seen nobody yet.
    expect(world.lane(key).rollout?.stage).toBe(2);
    expect(world.lane(key).rollout?.gates[0]?.outcome ?? null).toBeNull();
  });
});

const fourSteps = {
  type: 'canary',
  steps: [0.1, 0.5, 1],
  mirrorShare: null,
  minimumMs: 0,
  timeoutMs: null,
  holdMs: 60_000,
  holdbackShare: null,
} as const;
