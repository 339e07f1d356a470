import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workload } from '../../ports/runtime.ts';
import { writeDurableFile } from './durable-file.ts';
import type { StateLayout } from './state-layout.ts';

/** What a slot's process is, for the next control plane to find it again. */
export interface ProcessRecord {
  readonly pid: number;
  readonly startTime: string;
  readonly startedAtMs: number;
  readonly wasReady: boolean;
  readonly controlGroups: readonly string[];
}

export interface SlotRecord {
  readonly slot: number;
  readonly port: number;
  readonly restarts: number;
  /** A slot that was ready once is tried for ever; one that never was is given up. */
  readonly wasEverReady: boolean;
  readonly process: ProcessRecord | null;
}

/** Holds references to secrets, never their values. */
export interface WorkloadRecord {
  readonly version: 1;
  readonly workload: Workload;
  /** Set before the first signal, so that a removal cut short by a crash is finished by the next start. */
  readonly isBeingRemoved: boolean;
  readonly slots: readonly SlotRecord[];
}

const suffix = '.json';

export const writeWorkloadRecord = (layout: StateLayout, record: WorkloadRecord): Promise<void> =>
  writeDurableFile(join(layout.workloads, record.workload.id + suffix), JSON.stringify(record, null, 1));

export const deleteWorkloadRecord = (layout: StateLayout, id: string): Promise<void> =>
  rm(join(layout.workloads, id + suffix), { force: true });

/**
 * All records. One that cannot be read (a power loss of a disk that lies) is set aside as `.broken`: its replicas are
 * then found by their marker, ended, and made anew when the engine asks for them.
 */
export async function readWorkloadRecords(layout: StateLayout): Promise<WorkloadRecord[]> {
  const records: WorkloadRecord[] = [];
  for (const name of await readdir(layout.workloads)) {
    if (name.startsWith('.') || !name.endsWith(suffix)) continue;
    const path = join(layout.workloads, name);
    const record = parse(await readFile(path, 'utf8'));
    if (record !== null && record.workload.id + suffix === name) records.push(record);
    else await rename(path, `${path}.broken`);
  }
  return records;
}

function parse(text: string): WorkloadRecord | null {
  try {
    const record = JSON.parse(text) as Partial<WorkloadRecord> | null;
    const isWhole =
      record?.version === 1 && typeof record.workload?.id === 'string' && Array.isArray(record.slots);
    return isWhole ? (record as WorkloadRecord) : null;
  } catch {
    return null;
  }
}
