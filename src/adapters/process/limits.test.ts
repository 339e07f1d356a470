import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WorkloadStatus } from '../../ports/runtime.ts';
import { openControlGroups, removeUnusedParents } from './control-group.ts';
import type { ProcessRuntime } from './open-process-runtime.ts';
import { isMissing, openFixture, type RuntimeFixture } from './runtime-fixture.ts';

const patience = { timeout: 15_000, interval: 20 };
const trial = await openControlGroups('tidegate-trial');
afterAll(() => removeUnusedParents(trial));
const noMemory = isMissing(trial.memory !== null, 'the memory limit, for want of a control group');
const noCpu = isMissing(trial.cpu !== null, 'the CPU limit, for want of a control group');

describe('limits', () => {
  let fixture: RuntimeFixture;
  let runtime: ProcessRuntime;
  beforeEach(async () => {
    fixture = openFixture();
    runtime = await fixture.open();
  });
  afterEach(async () => await fixture.dispose());

  const until = async (expected: object): Promise<WorkloadStatus> => {
    await vi.waitFor(async () => expect((await runtime.list())[0]).toMatchObject(expected), patience);
    return (await runtime.list())[0]!;
  };

  it.skipIf(noMemory)('end a replica that takes too much memory, and only that one', async () => {
    const hog =
      "if (request.url === '/eat') { globalThis.held = []; setInterval(() => held.push(Buffer.alloc(20 << 20, 1)), 5); } say('ok');";
    await runtime.ensure({
      ...fixture.workload,
      replicas: 2,
      command: fixture.serve('hog', '', hog),
      limits: { memoryBytes: 150 << 20, cpus: null },
    });
    const ready = { state: 'ready', restarts: 0 };
    const before = await until({ replicas: [ready, ready] });
    const details: (string | null)[] = [];
    runtime.watch((status) => details.push(status.replicas[0]?.detail ?? null));
    await fetch(`${before.replicas[0]!.address}/eat`);
    const after = await until({ replicas: [{ state: 'ready', restarts: 1 }, ready] });
    expect(after.replicas[1]).toEqual(before.replicas[1]);
    expect(details.find((detail) => detail?.includes('memory limit'))).toMatch(
      /^killed by SIGKILL for using more than its memory limit of 150 MiB/,
    );
  });

  it.skipIf(noCpu)('hold a replica that spins to its share of the processor', async () => {
    const spin = 'setInterval(() => { const end = Date.now() + 50; while (Date.now() < end); }, 0);';
    await runtime.ensure({
      ...fixture.workload,
      command: fixture.serve(
        'spin',
        spin,
        'say(String(process.cpuUsage().user + process.cpuUsage().system));',
      ),
      limits: { memoryBytes: null, cpus: 0.25 },
    });
    const { replicas } = await until({ replicas: [{ state: 'ready' }] });
    const usedUs = async (): Promise<number> => Number(await (await fetch(replicas[0]!.address)).text());
    const [beforeUs, startMs] = [await usedUs(), Date.now()];
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const share = ((await usedUs()) - beforeUs) / 1_000 / (Date.now() - startMs);
    expect(share).toBeLessThan(0.35);
    expect(share).toBeGreaterThan(0.05);
  });

  it('leave no control group behind', async () => {
    const groupsOf = (): string[] =>
      [trial.memory, trial.cpu]
        .flatMap((path) => (path === null ? [] : [join(path, '..')]))
        .flatMap((path) =>
          existsSync(path) ? readdirSync(path).filter((name) => name === `tidegate-${runtimeId()}`) : [],
        );
    const runtimeId = (): string =>
      JSON.parse(readFileSync(join(fixture.stateDir, 'workloads', '.runtime.json'), 'utf8')).runtimeId;
    await runtime.ensure({ ...fixture.workload, limits: { memoryBytes: 200 << 20, cpus: 1 } });
    await until({ replicas: [{ state: 'ready' }] });
    expect(groupsOf()).toHaveLength([trial.memory, trial.cpu].filter((path) => path !== null).length);
    await runtime.remove(fixture.workload.id);
    await runtime.close();
    expect(groupsOf()).toEqual([]);
  });
});
