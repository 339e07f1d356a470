import { afterEach, describe, expect, it } from 'vitest';
import { launchGateways } from '../../src/adapters/gateways/launch.ts';
import { startOf } from '../../src/adapters/gateways/process-identity.ts';
import { until } from '../../src/gateway/testing/harness.ts';
import type { WorldSettings } from './handover-world.ts';
import { type LoadedGateway, openLoadedGateway } from './loaded-gateway.ts';

describe('a gateway whose processes are replaced under load', () => {
  let loaded: LoadedGateway | null = null;
  afterEach(async () => {
    await loaded?.close();
    loaded = null;
  });
  const open = async (settings?: WorldSettings): Promise<LoadedGateway> => {
    loaded = await openLoadedGateway(settings);
    return loaded;
  };
  const pids = ({ world }: LoadedGateway) => world.gateways.launcher.pids().map(({ pid }) => pid);

  it('breaks nothing in 15 rolling restarts of two processes, and counts everything once', {
    timeout: 900_000,
  }, async () => {
    const { world, load, isExact } = await open({ processes: 2 });
    for (let n = 0; n < 15; n += 1)
      expect((await world.gateways.restart('production')).map(({ outcome }) => outcome)).toEqual([
        'handed-over',
        'handed-over',
      ]);
    await load.stop();
    await isExact();
    expect(world.troubles).toEqual([]);
  });

  it('goes on as it was when the process that is to replace it cannot start', async () => {
    const { world, load, goesOn } = await open();
    const before = pids(loaded!);
    await world.restartControlPlane({ tls: { certificate: '/nowhere/c.pem', key: '/nowhere/k.pem' } });
    expect(pids(loaded!)).toEqual(before);
    expect(world.troubles.join()).toMatch(/goes on as it was started before .*exit code 1/);
    await goesOn();
    expect(load.failures.slice(0, 3).join('; ')).toBe('');
    expect((await world.recorded()).next).toBeUndefined();
  });

  it('hands over to the version that was started last', async () => {
    const { world, load, goesOn } = await open({ version: '1.0.0' });
    const before = pids(loaded!);
    await world.restartControlPlane({ version: '1.0.0' });
    expect(pids(loaded!)).toEqual(before);
    await world.restartControlPlane({ version: '1.1.0' });
    expect(pids(loaded!)).not.toEqual(before);
    await goesOn();
    expect(load.failures.slice(0, 3).join('; ')).toBe('');
    expect(world.troubles).toEqual([]);
  });

  it('is killed while its successor gets ready: that one serves, and no connection is refused meanwhile', async () => {
    const { world, load, goesOn } = await open();
    const [before] = world.gateways.launcher.pids();
    const restarting = world.gateways.restart('production');
    await until(async () => ((await world.recorded()).next?.pid ?? 0) !== 0, 20_000);
    process.kill(before!.pid, 'SIGKILL');
    const atKill = load.failures.length;
    expect(await restarting).toMatchObject([{ outcome: 'handed-over', from: before!.boot }]);
    await goesOn();
    expect(atKill).toBe(0);
    // What the killed process had in its hands is lost, and nothing else: the socket lives on.
    expect(load.failures.join('\n')).not.toMatch(/ECONNREFUSED/);
    expect(load.failures.length).toBeLessThanOrEqual(19);
  });

  it('goes on by itself when the control plane ends in the middle, and the next one finds who serves', async () => {
    const { world, load, goesOn } = await open();
    const [before] = world.gateways.launcher.pids();
    const restarting = world.gateways.restart(null);
    await until(async () => ((await world.recorded()).next?.pid ?? 0) !== 0, 20_000);
    await world.restartControlPlane();
    expect(await restarting).toMatchObject([{ outcome: 'kept', why: 'the control plane ends' }]);
    await until(async () => (await world.recorded()).next === undefined, 40_000);
    const { running } = await world.recorded();
    expect(running!.boot).not.toBe(before!.boot);
    expect(await startOf(running!.pid)).not.toBeNull();
    await goesOn();
    expect(load.failures.slice(0, 3).join('; ')).toBe('');
  });

  it('gets one process more while the others go on', async () => {
    const { world, load, goesOn } = await open({ processes: 2 });
    await world.restartControlPlane({ processes: 3 });
    expect(pids(loaded!)).toHaveLength(3);
    await goesOn();
    expect(load.failures.slice(0, 3).join('; ')).toBe('');
    expect(world.troubles).toEqual([]);
  });

  it('is ended and started anew where it cannot hand over', async () => {
    const { world, load } = await open();
    const before = loaded!.boots();
    await load.stop();
    await world.gateways.leave();
    const lost: string[] = [];
    // A launcher that has no line to the processes, as if they were of a version that knows nothing of this.
    const launcher = await launchGateways({ gateways: [world.spec], onLost: (_, boot) => lost.push(boot) });
    expect(await launcher.restart('production')).toMatchObject([
      { outcome: 'started-anew', from: before[0] },
    ]);
    expect(lost).toEqual(before);
    launcher.leave();
    await world.restartControlPlane();
    expect(loaded!.boots()).not.toEqual(before);
  });
});
