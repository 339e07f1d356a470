import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReplicaStatus } from '../../ports/runtime.ts';
import type { ProcessRuntime } from './open-process-runtime.ts';
import { isMissing, openFixture, type RuntimeFixture } from './runtime-fixture.ts';

const patience = { timeout: 15_000, interval: 20 };

const trial = mkdtempSync(join(tmpdir(), 'tidegate-trial-'));
const canMount = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', trial]).status === 0;
if (canMount) execFileSync('umount', [trial]);
rmdirSync(trial);

describe.skipIf(isMissing(canMount, 'a full disk, for want of the right to mount'))('a full disk', () => {
  let disk: string;
  let fixture: RuntimeFixture;
  let runtime: ProcessRuntime;
  beforeEach(async () => {
    disk = mkdtempSync(join(tmpdir(), 'tidegate-small-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]);
    fixture = openFixture(join(disk, 'state'));
    runtime = await fixture.open();
  });
  afterEach(async () => {
    rmSync(join(disk, 'filler'), { force: true });
    await fixture.dispose();
    execFileSync('umount', ['--lazy', disk]);
    rmdirSync(disk);
  });

  const replica = async (): Promise<ReplicaStatus> => (await runtime.list())[0]!.replicas[0]!;
  const untilReady = (restarts: number): Promise<void> =>
    vi.waitFor(async () => expect(await replica()).toMatchObject({ state: 'ready', restarts }), patience);

  /** Goes on until nothing more fits: a record that is being replaced gives its old place back a moment later. */
  async function fill(): Promise<void> {
    for (let round = 0; round < 10; round++) {
      try {
        for (;;) appendFileSync(join(disk, 'filler'), Buffer.alloc(64 << 10));
      } catch {
        // Full for now.
      }
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(() => writeFileSync(join(disk, 'one-more'), 'x'.repeat(5_000))).toThrow('ENOSPC');
  }

  it('neither stops a replica nor keeps it from being started again or removed', async () => {
    const answer = "if (request.url === '/die') process.exit(1); console.log('x'.repeat(100000)); say('ok');";
    await runtime.ensure({ ...fixture.workload, command: fixture.serve('fragile', '', answer) });
    await untilReady(0);
    await fill();
    const { address, pid } = await replica();
    for (let time = 0; time < 10; time++) expect((await fetch(address)).status).toBe(200);
    await fetch(`${address}/die`).catch(() => {});
    await untilReady(1);
    const after = await replica();
    expect(after.pid).not.toBe(pid);
    await runtime.remove(fixture.workload.id);
    expect(await runtime.list()).toEqual([]);
    await expect(fetch(address)).rejects.toThrow();
  });

  it('is named when a new workload cannot be recorded, and the same request works once there is space', async () => {
    await fill();
    await expect(runtime.ensure(fixture.workload)).rejects.toMatchObject({ code: 'disk-full' });
    expect(await runtime.list()).toEqual([]);
    rmSync(join(disk, 'filler'));
    await runtime.ensure(fixture.workload);
    await untilReady(0);
    await fill();
    await expect(runtime.ensure({ ...fixture.workload, replicas: 2 })).rejects.toMatchObject({
      code: 'disk-full',
    });
    rmSync(join(disk, 'filler'));
    await runtime.ensure({ ...fixture.workload, replicas: 2 });
    await vi.waitFor(async () => expect((await runtime.list())[0]?.replicas).toHaveLength(2), patience);
  });
});
