import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../src/ports/ledger.ts';
import { manifestOf, openWorld, type World } from './world.ts';

const key = { service: 'spam', environment: 'production' };
const lifeLong = 200;

/**
 * A first release, then a second one through its stages to the end. After a death somebody starts the control plane
 * again, and the person repeats the command she had no answer to.
 */
const story = async (dieAt: number | null): Promise<World> => {
  const world = openWorld({ policy: { hold: { durationMs: 2_000, holdbackShare: 0.01 }, minimumMs: 1_000 } });
  void world.startControlPlane(dieAt);
  world.connectGateway('production');
  const acknowledged = new Set<string>();
  for (let second = 0; second < lifeLong; second += 1) {
    await world.clock.advance(500);
    if (world.life().isDead()) {
      void world.startControlPlane(null);
      world.reconnectGateway('production');
      await world.clock.advance(10);
    }
    for (const [rollout, version] of [
      ['ro_first', '1.0.0'],
      ['ro_second', '1.1.0'],
    ] as const) {
      if (acknowledged.has(rollout)) continue;
      const life = world.life();
      const asked = (async () => {
        await world.engine().register(manifestOf(version), null, 'ann');
        await world.engine().ship({ ...key, release: version, rollout, actor: 'ann' });
      })().then(
        () => {
          if (!life.isDead()) acknowledged.add(rollout);
        },
        () => undefined,
      );
      await Promise.race([asked, world.clock.advance(5)]);
      break;
    }
    world.serve('production', 'spam', 4_000);
    const lane = world.life().isDead() ? null : world.engine().lane(key);
    if (lane?.stable?.releaseVersion === '1.1.0' && world.runtimeWorld.workloads.size === 1) break;
    if (lane !== null && !acknowledged.has('ro_second') && lane.stable === null) continue;
  }
  return world;
};

const typesFor = (events: readonly StoredEvent[], rollout: string): string[] =>
  events
    .filter(({ data, type }) => type !== 'workload.observed' && JSON.stringify(data).includes(rollout))
    .map(({ type, data }) => {
      const { stage, outcome } = data as { stage?: number; outcome?: string };
      return [type, stage, outcome].filter((part) => part !== undefined).join(' ');
    });

const expected = [
  'rollout.started',
  'stage.entered 0',
  'gate.decided 0 passed',
  'stage.entered 1',
  'gate.decided 1 passed',
  'stage.entered 2',
  'gate.decided 2 passed',
  'rollout.ended completed',
];

describe('kill -9 of the control plane', () => {
  it('at every call of every port: the rollout goes on, no gate is skipped, nothing is done twice', async () => {
    const undisturbed = await story(null);
    const points = [...undisturbed.life().points];
    expect(undisturbed.engine().lane(key).stable?.releaseVersion).toBe('1.1.0');
    expect(points.length).toBeGreaterThan(60);
    const kinds = new Set(points);
    for (const kind of [
      'ledger.append',
      'runtime.ensure',
      'runtime.remove',
      'work.evaluate',
      'gateways.push',
      'evidenceStore.save',
    ])
      expect(kinds).toContain(`before ${kind}`);

    for (let point = 0; point < points.length; point += 1) {
      const world = await story(point);
      const where = `dying at point ${point}, ${points[point]}`;
      const events = await world.ledger.readAll(0, 10_000);
      expect(world.engine().lane(key).stable?.releaseVersion, where).toBe('1.1.0');
      expect(typesFor(events, 'ro_second'), where).toEqual(expected);
      expect(
        [...world.runtimeWorld.workloads.values()].map(({ workload }) => workload.command),
        where,
      ).toEqual(['serve 1.1.0']);
      expect((await world.ledger.verify()).ok, where).toBe(true);
      assertExposureFollowsGates(world, events, where);
    }
  }, 300_000);
});

/** No table ever showed the candidate to anybody before the record that let it. */
const assertExposureFollowsGates = (world: World, events: readonly StoredEvent[], where: string): void => {
  let newest = -1;
  for (const table of world.gateways.pushed.filter(({ environment }) => environment === 'production')) {
    expect(table.generation.seq, where).toBeGreaterThanOrEqual(newest);
    newest = table.generation.seq;
    const candidate = table.services.spam?.candidate;
    if (candidate == null || candidate.rollout !== 'ro_second') continue;
    const passed = events.filter(
      ({ type, seq, data }) =>
        type === 'gate.decided' &&
        seq <= table.generation.seq &&
        (data as { rollout: string }).rollout === 'ro_second',
    );
    expect(passed.length, where).toBeGreaterThanOrEqual(candidate.stage);
  }
};
