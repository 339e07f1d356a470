import {
  emptyMemoryRuntimeWorld,
  type MemoryRuntime,
  openMemoryRuntime,
} from '../../adapters/memory/runtime.ts';
import type { ReplicaStatus, Workload } from '../../ports/runtime.ts';
import type { RandomSource } from './random-source.ts';
import type { ReleaseSetup } from './scenario.ts';
import type { VirtualTime } from './virtual-time.ts';

/** The processes of all releases. They outlive a control plane, but only a living one starts and watches them. */
export interface SimulatedRuntime {
  /** A handle for one control plane. `watches` says whether it still does. */
  open(watches: () => boolean): MemoryRuntime;
  workloads(): ReadonlyMap<string, { workload: Workload; replicas: readonly ReplicaStatus[] }>;
  /** Replicas of a workload that are ready; null when any of it was killed lately. */
  ready(id: string): number | null;
  /** The workload that answers at an address now; null when nobody does. */
  at(address: string): Workload | null;
  /** A replica dies and is started again by whoever watches. */
  kill(pick: number): void;
  /** All replicas of a release die, of the newest for 0. Nobody notices before `unnoticedMs`. */
  killRelease(pick: number, unnoticedMs: number): void;
}

export const openSimulatedRuntime = (parts: {
  readonly time: VirtualTime;
  readonly random: RandomSource;
  readonly setupOf: (workload: Workload) => ReleaseSetup | null;
}): SimulatedRuntime => {
  const { time, random } = parts;
  const world = emptyMemoryRuntimeWorld();
  const handles: { runtime: MemoryRuntime; watches: () => boolean }[] = [];
  const killedAtMs = new Map<string, number>();
  /** Addresses of processes that are gone, and nobody has noticed. */
  const silent = new Set<string>();
  const byAddress = new Map<string, { id: string; slot: number }>();

  const set = (id: string, slot: number, state: ReplicaStatus['state'], detail?: string): boolean => {
    if (world.workloads.get(id)?.replicas[slot] === undefined) return true;
    let isSeen = false;
    for (const { runtime, watches } of handles) {
      if (!watches()) continue;
      runtime.setReplica(id, slot, state, detail);
      isSeen = true;
    }
    return isSeen;
  };

  /** Tried again until somebody lives who watches the process get ready. */
  const becomes = (id: string, slot: number, pid: number | null, delayMs: number): void => {
    time.after(delayMs, () => {
      const entry = world.workloads.get(id);
      const replica = entry?.replicas[slot];
      if (entry === undefined || replica === undefined || replica.pid !== pid) return;
      if (replica.state !== 'starting' && replica.state !== 'backing-off') return;
      const isHopeless = parts.setupOf(entry.workload)?.ready === 'never';
      const isSeen = isHopeless ? set(id, slot, 'failed', 'exit code 1') : set(id, slot, 'ready');
      if (!isSeen) becomes(id, slot, pid, 500);
    });
  };

  const settle = (workload: Workload): void => {
    const late = parts.setupOf(workload)?.ready === 'late';
    for (const { slot, state, pid, address } of world.workloads.get(workload.id)?.replicas ?? []) {
      byAddress.set(address, { id: workload.id, slot });
      if (state === 'starting')
        becomes(workload.id, slot, pid, late ? random.between(800, 3_000) : random.between(5, 120));
    }
  };

  /** The replica is dead, and whoever watches sees it. */
  const end = (id: string, slot: number, pid: number | null): void => {
    const entry = world.workloads.get(id);
    if (entry === undefined) return;
    if (!set(id, slot, 'backing-off', 'killed')) {
      // Nobody watches: it is dead all the same.
      const replicas = entry.replicas.map((one) =>
        one.slot === slot ? { ...one, state: 'backing-off' as const } : one,
      );
      world.workloads.set(id, { ...entry, replicas });
    }
    becomes(id, slot, pid, random.between(200, 1_500));
  };

  return {
    open(watches) {
      const runtime = openMemoryRuntime({ world, firstState: 'starting' });
      handles.push({ runtime, watches });
      return {
        ...runtime,
        async ensure(workload) {
          await runtime.ensure(workload);
          settle(workload);
        },
      };
    },
    workloads: () => world.workloads,
    ready(id) {
      if (time.nowMs() - (killedAtMs.get(id) ?? Number.NEGATIVE_INFINITY) < 8_000) return null;
      return (world.workloads.get(id)?.replicas ?? []).filter(({ state }) => state === 'ready').length;
    },
    at(address) {
      const known = byAddress.get(address);
      const entry = known === undefined ? undefined : world.workloads.get(known.id);
      return entry?.replicas[known!.slot]?.state === 'ready' && !silent.has(address) ? entry.workload : null;
    },
    kill(pick) {
      const ready = [...world.workloads].flatMap(([id, { replicas }]) =>
        replicas.flatMap(({ slot, state, pid }) => (state === 'ready' ? [{ id, slot, pid }] : [])),
      );
      if (ready.length === 0) return;
      const { id, slot, pid } = ready[pick % ready.length]!;
      killedAtMs.set(id, time.nowMs());
      end(id, slot, pid);
    },
    killRelease(pick, unnoticedMs) {
      const ids = [...world.workloads.keys()];
      const id = ids[ids.length - 1 - (pick % Math.max(1, ids.length))];
      if (id === undefined) return;
      killedAtMs.set(id, time.nowMs() + unnoticedMs);
      for (const { slot, state, pid, address } of world.workloads.get(id)?.replicas ?? []) {
        if (state !== 'ready') continue;
        silent.add(address);
        time.after(unnoticedMs, () => {
          silent.delete(address);
          if (world.workloads.get(id)?.replicas[slot]?.pid === pid) end(id, slot, pid);
        });
      }
    },
  };
};
