import { describe, expect, it } from 'vitest';
import { type OpenedRuntime, runtimeContract } from '../../ports/runtime.contract.ts';
import type { Workload, WorkloadStatus } from '../../ports/runtime.ts';
import { emptyMemoryRuntimeWorld, type MemoryRuntimeWorld, openMemoryRuntime } from './runtime.ts';

const workload: Workload = {
  id: 'production.spam.1',
  service: 'spam',
  environment: 'production',
  release: 'sha256:1',
  replicas: 1,
  directory: '/releases/1',
  command: 'serve',
  env: {},
  secrets: {},
  ready: { path: '/ready', timeoutMs: 1_000 },
  stopGraceMs: 1_000,
  limits: { memoryBytes: null, cpus: null },
};

function open(world: MemoryRuntimeWorld): OpenedRuntime {
  const runtime = openMemoryRuntime({ world });
  runtime.appendLog(workload.id, 0, 'hello\n');
  return {
    runtime,
    workload,
    reopen: async () => {
      await runtime.close();
      return open(world);
    },
    dispose: () => runtime.close(),
  };
}

runtimeContract('the memory runtime', async () => open(emptyMemoryRuntimeWorld()));

describe('the memory runtime', () => {
  it('lets a test decide what becomes of a replica', async () => {
    const runtime = openMemoryRuntime({
      firstState: 'starting',
      addressOf: (_, slot) => `http://127.0.0.1:${900 + slot}`,
    });
    await runtime.ensure(workload);
    const seen: WorkloadStatus[] = [];
    runtime.watch((status) => seen.push(status));
    runtime.setReplica(workload.id, 0, 'failed', 'exited with code 1');
    expect((await runtime.list())[0]?.replicas[0]).toMatchObject({
      state: 'failed',
      address: 'http://127.0.0.1:900',
      detail: 'exited with code 1',
    });
    expect(seen.map((status) => status.replicas[0]?.state)).toEqual(['starting', 'failed']);
    expect(() => runtime.setReplica(workload.id, 3, 'ready')).toThrow('no replica 3');
    await runtime.ensure({ ...workload, env: { A: '1' } });
    expect((await runtime.list())[0]?.replicas[0]).toMatchObject({ state: 'starting', restarts: 1 });
  });
});
