import { join } from 'node:path';

/** Where the process runtime keeps what under the state directory. Ids are checked by `assertSafeId`. */
export interface StateLayout {
  readonly stateDir: string;
  /** Private: what shall run and what does. */
  readonly workloads: string;
  /** Private: output of the replicas. */
  readonly logs: string;
  /** Passable: each replica's own writable directory. */
  readonly scratch: string;
  /** Private and empty: where a replica's view of the file system is put together. */
  readonly staging: string;
}

export const stateLayout = (stateDir: string): StateLayout => ({
  stateDir,
  workloads: join(stateDir, 'workloads'),
  logs: join(stateDir, 'logs', 'workloads'),
  scratch: join(stateDir, 'scratch'),
  staging: join(stateDir, 'mnt'),
});

export const logFile = (layout: StateLayout, id: string, slot: number): string =>
  join(layout.logs, id, `${slot}.log`);

export const scratchDirectory = (layout: StateLayout, id: string, slot: number): string =>
  join(layout.scratch, id, String(slot));

/** An id becomes file names and a part of a marker, so that it must not lead anywhere else. */
export function assertSafeId(id: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(id))
    throw new Error(`Not usable as a workload id: ${JSON.stringify(id)}`);
}
