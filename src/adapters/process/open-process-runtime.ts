import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../ports/clock.ts';
import type { Runtime, Workload, WorkloadStatus } from '../../ports/runtime.ts';
import {
  type Account,
  type AccountRange,
  closeAccount,
  defaultAccountRange,
  foreignAccounts,
  openAccount,
} from './accounts.ts';
import {
  limitsReport,
  openControlGroups,
  removeStaleControlGroups,
  removeUnusedParents,
} from './control-group.ts';
import { endOrphans } from './end-orphans.ts';
import { defaultPortRange, findFreePort, type PortRange } from './free-port.ts';
import { chooseIsolation } from './isolation.ts';
import { type IsolationReport, isolationReport } from './isolation-report.ts';
import type { LaunchSite } from './launch-replica.ts';
import { prepareStateDirectory } from './prepare-state-directory.ts';
import { pruneLogs } from './prune-logs.ts';
import { grantReleaseAccess, topOf } from './release-access.ts';
import { readLogTail } from './replica-log.ts';
import { type SecretSource, secretsFrom } from './resolve-secret.ts';
import { openRuntimeIdentity, writeRuntimeIdentity } from './runtime-identity.ts';
import { assertSafeId, logFile, stateLayout } from './state-layout.ts';
import { stateWriteError } from './state-write-error.ts';
import { type SupervisedWorkload, superviseWorkload } from './supervised-workload.ts';
import { defaultTiming, type SupervisionTiming } from './supervision-timing.ts';
import { systemClock } from './system-clock.ts';
import { systemPath } from './system-tool.ts';
import { deleteWorkloadRecord, readWorkloadRecords } from './workload-file.ts';

export interface ProcessRuntimeOptions {
  /** Absolute. Only one process may have it open; taking care of that is the caller's. */
  readonly stateDir: string;
  /** Names right below `stateDir` under which prepared releases lie; those of known workloads are found by themselves. */
  readonly passable?: readonly string[];
  /** Default 21000 to 29999. */
  readonly portRange?: PortRange;
  readonly clock?: Clock;
  /** Default: `env:NAME` from `environment`, `file:PATH`. */
  readonly secretSource?: SecretSource;
  /** Of which PATH, LANG and TZ reach the replicas. Default: this process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** User and group numbers for services when running as root. Default 56000 to 59999. */
  readonly accountRange?: AccountRange;
  /** The most that the log of one replica takes on the disk. Default 32 MiB. */
  readonly logBytes?: number;
  readonly timing?: Partial<SupervisionTiming>;
}

export interface ProcessRuntime extends Runtime {
  readonly isolation: IsolationReport;
}

/**
 * Runs releases as processes of this machine. Takes up what an earlier control plane left: living replicas are adopted,
 * dead ones started again, removals finished, strays ended. Throws TidegateError `state-unwritable` or `disk-full`.
 */
export async function openProcessRuntime(options: ProcessRuntimeOptions): Promise<ProcessRuntime> {
  const { stateDir } = options;
  const layout = stateLayout(stateDir);
  const timing = { ...defaultTiming, ...options.timing };
  const environment = options.environment ?? process.env;
  const range = options.accountRange ?? defaultAccountRange;
  const clock = options.clock ?? systemClock;

  let saves: Promise<void> = Promise.resolve();
  /** One at a time, each with the newest state: two would write the same temporary file. */
  const saveIdentity = (): Promise<void> => {
    const save = saves.then(() => writeRuntimeIdentity(layout, identity));
    saves = save.catch(() => {});
    return save;
  };

  const written = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw stateWriteError(error, stateDir);
    }
  };

  await written(prepareStateDirectory(stateDir, { passable: await passableNames() }));
  let identity = await written(openRuntimeIdentity(layout));
  const { runtimeId } = identity;
  const isolation = await written(chooseIsolation(layout, range, environment.PATH ?? systemPath));
  const controlGroups = await openControlGroups(`tidegate-${runtimeId}`);
  const site: LaunchSite = {
    layout,
    isolation: isolation.kind,
    controlGroups,
    secretSource: options.secretSource ?? secretsFrom(environment),
    environment,
    logBytes: options.logBytes ?? 32 * 2 ** 20,
    clock,
  };

  const listeners = new Set<(status: WorkloadStatus) => void>();
  const entries = new Map<string, SupervisedWorkload>();
  const shown = new Map<string, string>();
  const turns = new Map<string, Promise<unknown>>();
  const reserved = new Set<number>();
  let isClosed = false;

  const ports = {
    take: async (): Promise<number | null> => {
      const port = await findFreePort(options.portRange ?? defaultPortRange, reserved);
      // Another slot may have taken it while we looked.
      if (port !== null && reserved.has(port)) return ports.take();
      if (port !== null) reserved.add(port);
      return port;
    },
    giveBack: (port: number) => void reserved.delete(port),
  };

  async function passableNames(): Promise<string[]> {
    const records = await readWorkloadRecords(layout).catch(() => []);
    const tops = records.map(({ workload }) => topOf(stateDir, workload.directory));
    return [...(options.passable ?? []), ...tops.filter((top) => top !== null)];
  }

  function tell(status: WorkloadStatus): void {
    const text = JSON.stringify(status);
    if (isClosed || shown.get(status.id) === text) return;
    if (entries.has(status.id)) shown.set(status.id, text);
    else shown.delete(status.id);
    // Not from within the supervision: a listener that throws or calls back must not disturb it.
    for (const listener of listeners) queueMicrotask(() => listeners.has(listener) && listener(status));
  }

  async function accountOf(workload: Workload): Promise<Account | null> {
    if (isolation.kind !== 'own-user') return null;
    const opened = openAccount(identity.accounts, range, workload, foreignAccounts());
    if (opened === null) throw new Error('All user numbers given to services are in use');
    if (!isDeepStrictEqual(opened.book, identity.accounts)) {
      identity = { ...identity, accounts: opened.book };
      await written(saveIdentity());
    }
    return opened.account;
  }

  function supervise(
    record: Parameters<typeof superviseWorkload>[1],
    account: Account | null,
  ): SupervisedWorkload {
    const { id } = record.workload;
    const onChange = (): void => {
      const entry = entries.get(id);
      if (entry !== undefined) tell(entry.status());
    };
    const entry = superviseWorkload({ site, timing, runtimeId, account, ports, onChange }, record);
    entries.set(id, entry);
    return entry;
  }

  /** One call after the other for each workload. */
  function inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    if (isClosed) return Promise.reject(new Error('The process runtime is closed'));
    const result = (turns.get(id) ?? Promise.resolve()).then(work);
    const settled = result.catch(() => {});
    turns.set(id, settled);
    void settled.then(() => turns.get(id) === settled && turns.delete(id));
    return result;
  }

  async function ensure(workload: Workload): Promise<void> {
    if (!Number.isSafeInteger(workload.replicas) || workload.replicas < 0) {
      throw new Error(`Not a number of replicas: ${workload.replicas}`);
    }
    // A removal that did not come to its end has to, before the same id can start anew.
    if (entries.get(workload.id)?.isBeingRemoved()) await remove(workload.id);
    const existing = entries.get(workload.id);
    const before = existing?.workload();
    if (before !== undefined && isDeepStrictEqual(before, workload)) return;
    if (
      before !== undefined &&
      (before.command !== workload.command || before.directory !== workload.directory)
    ) {
      throw new Error(
        `The workload ${workload.id} runs another command or directory: a release never changes`,
      );
    }
    if (existing !== undefined) return written(existing.update(workload));
    await stat(workload.directory);
    const account = await accountOf(workload);
    if (account !== null) await grantReleaseAccess(stateDir, workload.directory, account);
    const entry = supervise(
      { version: 1, workload: { ...workload, replicas: 0 }, isBeingRemoved: false, slots: [] },
      account,
    );
    try {
      await written(entry.update(workload));
    } catch (error) {
      entries.delete(workload.id);
      throw error;
    }
  }

  async function remove(id: string): Promise<void> {
    const entry = entries.get(id);
    if (entry === undefined) return;
    if (!(await entry.stop())) throw new Error(`Some processes of ${id} could not be ended; remove it again`);
    entries.delete(id);
    await deleteWorkloadRecord(layout, id);
    await rm(join(layout.scratch, id), { recursive: true, force: true });
    identity = { ...identity, accounts: closeAccount(identity.accounts, id) };
    // Should this fail, the number is given back with the next account.
    await saveIdentity().catch(() => {});
    await pruneLogs(layout.logs, new Set(entries.keys())).catch(() => {});
    tell({ id, replicas: [] });
  }

  const records = await readWorkloadRecords(layout);
  for (const record of records) for (const { port } of record.slots) reserved.add(port);
  await endOrphans(runtimeId, records, clock);
  const inUse = records.flatMap(({ slots }) => slots.flatMap((slot) => slot.process?.controlGroups ?? []));
  await removeStaleControlGroups(controlGroups, new Set(inUse));
  for (const record of records) {
    supervise(record, await accountOf(record.workload));
    if (record.isBeingRemoved)
      void inTurn(record.workload.id, () => remove(record.workload.id)).catch(() => {});
  }
  await Promise.all([...entries.values()].map((entry) => entry.looked));

  return {
    isolation: isolationReport(isolation, limitsReport(controlGroups)),
    ensure: async (workload) => {
      assertSafeId(workload.id);
      await inTurn(workload.id, () => ensure(workload));
    },
    remove: (id) => inTurn(id, () => remove(id)),
    list: async () =>
      [...entries.values()].map((entry) => entry.status()).sort((a, b) => (a.id < b.id ? -1 : 1)),
    watch: (listener) => {
      // Its own identity, so that the same function may watch twice.
      const mine = (status: WorkloadStatus): void => listener(status);
      listeners.add(mine);
      for (const entry of entries.values()) {
        const status = entry.status();
        queueMicrotask(() => listeners.has(mine) && mine(status));
      }
      return () => void listeners.delete(mine);
    },
    log: async (id, slot, maxBytes) => {
      assertSafeId(id);
      return readLogTail(logFile(layout, id, slot), maxBytes);
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      listeners.clear();
      await Promise.all(turns.values());
      await Promise.all([...entries.values()].map((entry) => entry.detach()));
      await removeUnusedParents(controlGroups);
    },
  };
}
