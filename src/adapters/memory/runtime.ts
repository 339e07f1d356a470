import { isDeepStrictEqual } from 'node:util';
import type { ReplicaStatus, Runtime, Workload, WorkloadStatus } from '../../ports/runtime.ts';

/** What outlives a control plane: give it to the next runtime, as processes outlive the real one. */
export interface MemoryRuntimeWorld {
  readonly workloads: Map<string, { workload: Workload; replicas: readonly ReplicaStatus[] }>;
  readonly logs: Map<string, string>;
  lastPid: number;
}

export interface MemoryRuntimeOptions {
  readonly world?: MemoryRuntimeWorld;
  /** The state of a new replica. Default `ready`; with `starting` a test moves it on by `setReplica`. */
  readonly firstState?: 'starting' | 'ready';
  /** The origin of a replica, for tests with real servers. Default: one that nobody listens on. */
  readonly addressOf?: (workload: Workload, slot: number) => string;
}

export interface MemoryRuntime extends Runtime {
  /** Makes a replica what a test wants. Throws for an unknown replica. */
  setReplica(id: string, slot: number, state: ReplicaStatus['state'], detail?: string): void;
  appendLog(id: string, slot: number, text: string): void;
}

export const emptyMemoryRuntimeWorld = (): MemoryRuntimeWorld => ({
  workloads: new Map(),
  logs: new Map(),
  lastPid: 0,
});

/** Runs nothing and keeps the contract of a runtime: for tests and the simulator. */
export function openMemoryRuntime(options: MemoryRuntimeOptions = {}): MemoryRuntime {
  const world = options.world ?? emptyMemoryRuntimeWorld();
  const addressOf = options.addressOf ?? ((workload, slot) => `http://${workload.id}.${slot}.invalid`);
  const listeners = new Set<(status: WorkloadStatus) => void>();
  let isClosed = false;

  const statusOf = (id: string): WorkloadStatus => ({
    id,
    replicas: world.workloads.get(id)?.replicas ?? [],
  });

  function tell(id: string): void {
    const status = statusOf(id);
    for (const listener of listeners) queueMicrotask(() => listeners.has(listener) && listener(status));
  }

  function newReplica(workload: Workload, slot: number): ReplicaStatus {
    const state = options.firstState ?? 'ready';
    return {
      slot,
      state,
      address: addressOf(workload, slot),
      pid: ++world.lastPid,
      restarts: 0,
      detail: null,
    };
  }

  function assertOpen(): void {
    if (isClosed) throw new Error('The memory runtime is closed');
  }

  return {
    ensure: async (workload) => {
      assertOpen();
      const before = world.workloads.get(workload.id);
      if (isDeepStrictEqual(before?.workload, workload)) return;
      const isOther =
        before !== undefined &&
        (before.workload.command !== workload.command || before.workload.directory !== workload.directory);
      if (isOther)
        throw new Error(
          `The workload ${workload.id} runs another command or directory: a release never changes`,
        );
      // As the real one: whatever was given up is tried again after a change.
      const kept = (before?.replicas ?? [])
        .slice(0, workload.replicas)
        .map((replica) =>
          replica.state === 'failed' || replica.state === 'backing-off'
            ? { ...newReplica(workload, replica.slot), restarts: replica.restarts + 1 }
            : replica,
        );
      const added = Array.from({ length: workload.replicas - kept.length }, (_, index) =>
        newReplica(workload, kept.length + index),
      );
      world.workloads.set(workload.id, { workload, replicas: [...kept, ...added] });
      tell(workload.id);
    },
    remove: async (id) => {
      assertOpen();
      if (world.workloads.delete(id)) tell(id);
    },
    list: async () => [...world.workloads.keys()].sort().map(statusOf),
    watch: (listener) => {
      // Its own identity, so that the same function may watch twice.
      const mine = (status: WorkloadStatus): void => listener(status);
      listeners.add(mine);
      for (const id of world.workloads.keys()) {
        const status = statusOf(id);
        queueMicrotask(() => listeners.has(mine) && mine(status));
      }
      return () => void listeners.delete(mine);
    },
    log: async (id, slot, maxBytes) => {
      const bytes = Buffer.from(world.logs.get(`${id}/${slot}`) ?? '');
      return bytes.subarray(Math.max(0, bytes.length - maxBytes)).toString('utf8');
    },
    close: async () => {
      isClosed = true;
      listeners.clear();
    },
    setReplica: (id, slot, state, detail) => {
      const entry = world.workloads.get(id);
      if (entry?.replicas[slot] === undefined) throw new Error(`There is no replica ${slot} of ${id}`);
      const replicas = entry.replicas.map((replica) =>
        replica.slot === slot ? { ...replica, state, detail: detail ?? null } : replica,
      );
      world.workloads.set(id, { ...entry, replicas });
      tell(id);
    },
    appendLog: (id, slot, text) => {
      const key = `${id}/${slot}`;
      world.logs.set(key, (world.logs.get(key) ?? '') + text);
    },
  };
}
