import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../src/ports/ledger.ts';
import { type Story, tellStory } from './tell-story.ts';
import { expectExposureFollowsLedger, toldOf } from './told.ts';
import { manifestOf, type World } from './world.ts';

const production = { service: 'spam', environment: 'production' };
const staging = { service: 'spam', environment: 'staging' };

const quick = { hold: { durationMs: 2_000, holdbackShare: 0.01 }, minimumMs: 1_000 };

const ships = (world: World, version: string, lane: typeof production, rollout: string) => async () => {
  await world.engine().register(manifestOf(version), null, 'ann');
  await world.engine().ship({ ...lane, release: version, rollout, actor: 'ann' });
};

const runsOnly = (world: World, ...versions: string[]): void => {
  const commands = [...world.runtimeWorld.workloads.values()].map(({ workload }) => workload.command);
  expect(new Set(commands)).toEqual(new Set(versions.map((version) => `serve ${version}`)));
};

/** Tells the story undisturbed, then once for every call of every port, dying there. */
const atEveryPoint = async (
  story: Story,
  kinds: readonly string[],
  check: (world: World, events: readonly StoredEvent[], where: string) => Promise<void> | void,
): Promise<void> => {
  const undisturbed = await tellStory(story, null);
  const points = [...undisturbed.life().points];
  for (const kind of kinds) expect(points).toContain(`before ${kind}`);
  const eventsOf = (world: World) => world.ledger.readAll(0, 10_000);
  await check(undisturbed, await eventsOf(undisturbed), 'undisturbed');
  for (let point = 0; point < points.length; point += 1) {
    const world = await tellStory(story, point);
    const where = `dying at point ${point}, ${points[point]}`;
    const events = await eventsOf(world);
    try {
      await check(world, events, where);
      expect((await world.ledger.verify()).ok).toBe(true);
      for (const environment of story.environments)
        expectExposureFollowsLedger(world, events, environment, where);
    } catch (error) {
      throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
    }
  }
};

const effects = [
  'ledger.append',
  'runtime.ensure',
  'runtime.remove',
  'work.evaluate',
  'gateways.push',
  'evidenceStore.save',
];

describe('kill -9 of the control plane at every call of every port', () => {
  it('a good release: the rollout goes on, no gate is skipped, nothing is done twice', async () => {
    const story: Story = {
      options: { policy: quick },
      environments: ['production'],
      async step(world, person) {
        if (!(await person.asks('first', ships(world, '1.0.0', production, 'ro_first')))) return false;
        if (world.life().isDead() || world.lane(production).stable === null) return false;
        if (!(await person.asks('second', ships(world, '1.1.0', production, 'ro_second')))) return false;
        world.serve('production', 'spam', 4_000);
        if (world.life().isDead()) return false;
        const { stable } = world.lane(production);
        return stable?.releaseVersion === '1.1.0' && world.runtimeWorld.workloads.size === 1;
      },
    };
    await atEveryPoint(story, effects, (world, events) => {
      expect(world.lane(production).stable?.releaseVersion).toBe('1.1.0');
      expect(toldOf(events, 'ro_second')).toEqual([
        'rollout.started',
        'stage.entered 0',
        'gate.decided 0 passed',
        'stage.entered 1',
        'gate.decided 1 passed',
        'stage.entered 2',
        'gate.decided 2 passed',
        'rollout.ended completed',
      ]);
      runsOnly(world, '1.1.0');
    });
  }, 120_000);

  it('a bad release: it ends rolled back once, without exposure, and stays condemned', async () => {
    const story: Story = {
      options: { policy: quick },
      environments: ['production'],
      async step(world, person) {
        if (!(await person.asks('first', ships(world, '1.0.0', production, 'ro_first')))) return false;
        if (world.life().isDead() || world.lane(production).stable === null) return false;
        if (!(await person.asks('second', ships(world, '1.1.0', production, 'ro_bad')))) return false;
        world.serve('production', 'spam', 400, 0.5);
        if (world.life().isDead()) return false;
        const { ended } = world.lane(production);
        return (
          ended.some(({ order }) => order.rollout === 'ro_bad') && world.runtimeWorld.workloads.size === 1
        );
      },
    };
    await atEveryPoint(story, effects, async (world, events) => {
      const lane = world.lane(production);
      expect(toldOf(events, 'ro_bad').filter((told) => told.startsWith('rollout.ended'))).toEqual([
        'rollout.ended rolled-back',
      ]);
      expect(lane.ended[0]?.cause.kind).toBe('guard');
      expect(lane.stable?.releaseVersion).toBe('1.0.0');
      expect(world.table('production')?.services.spam?.candidate).toBeNull();
      runsOnly(world, '1.0.0');
      await expect(world.engine().rollback(production, { actor: 'ann' })).rejects.toMatchObject({
        code: 'no-rollback-target',
      });
    });
  }, 120_000);

  it('automatic promotion past a command gate, then an abort: each happens exactly once', async () => {
    const promoted = (rollout: string): string => `${rollout}-production`;
    const story: Story = {
      options: {
        policy: quick,
        promote: 'automatic',
        strategy: {
          type: 'stages',
          holdMs: 1_000,
          holdbackShare: null,
          stages: [
            stage('smoke', 0, [{ type: 'command', command: 'smoke', timeoutMs: 1_000 }]),
            stage('half', 0.5, []),
            stage('all', 1, []),
          ],
        },
      },
      environments: ['staging', 'production'],
      async step(world, person) {
        for (const environment of ['staging', 'production']) world.serve(environment, 'spam', 4_000);
        const versions = [
          ['1.0.0', 'ro_1'],
          ['1.1.0', 'ro_2'],
          ['1.2.0', 'ro_3'],
        ] as const;
        for (const [version, rollout] of versions) {
          if (!(await person.asks(`ship ${version}`, ships(world, version, staging, rollout)))) return false;
          if (world.life().isDead()) return false;
          const { rollout: running, ended } = world.lane(production);
          // Nobody knows how a command ended that was running when the control plane died: a person looks and lets it go on.
          if (running?.paused?.cause.kind === 'gate-unknown') {
            await world
              .engine()
              .command(production, { type: 'resume' }, { actor: 'ann' })
              .catch(() => undefined);
            return false;
          }
          const hasEnded = ended.some(({ order }) => order.rollout === promoted(rollout));
          if (version !== '1.2.0') {
            if (hasEnded) continue;
            return false;
          }
          if (running?.order.rollout === promoted(rollout) && running.stage >= 2)
            await person.asks('abort', () =>
              world.engine().command(production, { type: 'abort', reason: 'cold feet' }, { actor: 'ann' }),
            );
          return hasEnded && world.runtimeWorld.workloads.size === 2;
        }
        return false;
      },
    };
    await atEveryPoint(story, [...effects, 'work.command'], (world, events) => {
      const lane = world.lane(production);
      for (const rollout of ['ro_1', 'ro_2', 'ro_3']) {
        const told = toldOf(events, promoted(rollout));
        expect(told.filter((one) => one === 'rollout.started')).toHaveLength(1);
        expect(told.filter((one) => one.startsWith('rollout.ended'))).toEqual([
          rollout === 'ro_3' ? 'rollout.ended aborted' : 'rollout.ended completed',
        ]);
      }
      expect(lane.stable?.releaseVersion).toBe('1.1.0');
      expect(lane.rollout).toBeNull();
      expect(world.table('production')?.services.spam?.candidate).toBeNull();
      // Every start of the command was recorded before; none ran without a record.
      const opened = events.filter(({ type }) => type === 'gate.opened').length;
      expect(world.calls.command).toBeLessThanOrEqual(opened);
      expect(opened).toBeLessThanOrEqual(4);
    });
  }, 240_000);
});

const stage = (
  name: string,
  share: number,
  gates: readonly { type: 'command'; command: string; timeoutMs: number }[],
) => ({ name, share, mirrorShare: 0, gates, minimumMs: 0, timeoutMs: null }) as const;
