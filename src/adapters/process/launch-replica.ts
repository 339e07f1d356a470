import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '../../ports/clock.ts';
import type { Workload } from '../../ports/runtime.ts';
import type { Account } from './accounts.ts';
import {
  type ControlGroups,
  enterControlGroups,
  makeControlGroups,
  removeControlGroup,
} from './control-group.ts';
import { type IsolationKind, isolate, makeScratch } from './isolation.ts';
import { readProcess } from './process-table.ts';
import { exportLines, replicaEnvironment, unusableVariable } from './replica-environment.ts';
import { type LogWriter, startLogWriter } from './replica-log.ts';
import { formatMarker, type Marker, markerVariable } from './replica-marker.ts';
import { resolveSecrets, type SecretSource } from './resolve-secret.ts';
import { logFile, type StateLayout, scratchDirectory } from './state-layout.ts';
import { systemPath } from './system-tool.ts';
import type { ProcessRecord } from './workload-file.ts';

/** What all launches of one runtime share. */
export interface LaunchSite {
  readonly layout: StateLayout;
  readonly isolation: IsolationKind;
  readonly controlGroups: ControlGroups;
  readonly secretSource: SecretSource;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logBytes: number;
  readonly clock: Clock;
}

export interface LaunchOrder {
  readonly workload: Workload;
  readonly marker: Marker;
  readonly port: number;
  readonly account: Account | null;
  /** 1 for the first start of the slot. */
  readonly attempt: number;
  /** Makes the new process known to the next control plane. The command does not run before this has resolved. */
  readonly record: (process: ProcessRecord) => Promise<void>;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export type Launch =
  | { readonly kind: 'launched'; readonly process: ProcessRecord; readonly ended: Promise<Ending> }
  /** Nothing runs. `detail` is safe to show: a reference at most, never a secret. */
  | { readonly kind: 'refused'; readonly detail: string };

/**
 * The last shell before the command. It reads the environment from its input, so that no secret stands in arguments and
 * nothing of the release (PATH, LD_PRELOAD) reaches the privileged steps before it. If the control plane dies before it
 * has recorded this process, the last line never comes and the command never runs: no orphan.
 */
const gateScript = `
order=$(cat)
case $order in *'
#go') ;; *) exit 0 ;; esac
exec </dev/null
{ echo 300 >/proc/self/oom_score_adj; } 2>/dev/null
ulimit -c 0
umask 022
eval "$order"
cd -- "$1" || exit 126
unset order OLDPWD
exec /bin/sh -c "$2"
`;

/** Starts one replica in a session of its own, with its output going to its log. */
export async function launchReplica(site: LaunchSite, order: LaunchOrder): Promise<Launch> {
  const { workload, marker } = order;
  const secrets = await resolveSecrets(workload.secrets, site.secretSource);
  if (secrets.kind === 'missing') {
    return {
      kind: 'refused',
      detail: `the secret ${secrets.reference} for ${secrets.variable} was not found`,
    };
  }
  const scratch = scratchDirectory(site.layout, workload.id, marker.slot);
  const environment = replicaEnvironment({
    ours: site.environment,
    scratch,
    workload: workload.env,
    secrets: secrets.values,
    port: order.port,
  });
  const unusable = unusableVariable(environment);
  if (unusable !== null)
    return { kind: 'refused', detail: `the variable ${unusable} cannot be passed to a process` };
  let controlGroups: readonly string[] = [];
  let log: LogWriter | null = null;
  try {
    await makeScratch(scratch, order.account);
    controlGroups = await makeControlGroups(
      site.controlGroups,
      `${workload.id}.${marker.slot}`,
      workload.limits,
    );
    const startedAtMs = site.clock.nowMs();
    log = await openLog(site, order, startedAtMs);
    const { command, directory } = workload;
    const { argv, spawnAs } = isolate(
      site.isolation,
      site.layout,
      { account: order.account, directory, scratch, command, path: environment.PATH ?? systemPath },
      ['/bin/sh', '-c', gateScript, 'tidegate-replica', directory, command],
    );
    const [program = '', ...rest] = argv;
    const output = log?.input.fd ?? ('ignore' as const);
    const child = spawn(program, rest, {
      cwd: '/',
      detached: true,
      env: { PATH: systemPath, [markerVariable]: formatMarker(marker) },
      stdio: ['pipe', output, output],
      ...(spawnAs ?? {}),
    });
    const ended = endingOf(child, log?.drained ?? Promise.resolve());
    const started = child.pid === undefined ? null : readProcess(child.pid);
    child.unref();
    if (started === null) {
      await ended;
      throw new Error('the launcher ended at once');
    }
    try {
      await enterControlGroups(controlGroups, started.pid);
      const { pid, startTime } = started;
      const process = { pid, startTime, startedAtMs, wasReady: false, controlGroups };
      await order.record(process);
      const lines = exportLines({ ...environment, [markerVariable]: formatMarker(marker) });
      child.stdin?.end(`${lines}#go`);
      return { kind: 'launched', process, ended };
    } catch (error) {
      // The end of its input without the word makes it leave by itself.
      child.stdin?.end();
      await ended;
      throw error;
    }
  } catch (error) {
    for (const directory of controlGroups) await removeControlGroup(directory);
    return { kind: 'refused', detail: `it could not be started: ${(error as Error).message}` };
  } finally {
    await log?.input.close();
  }
}

async function openLog(site: LaunchSite, order: LaunchOrder, nowMs: number): Promise<LogWriter | null> {
  const { workload, marker } = order;
  const title = `${order.attempt} at ${new Date(nowMs).toISOString()} on port ${order.port}`;
  try {
    return await startLogWriter(logFile(site.layout, workload.id, marker.slot), site.logBytes, title);
  } catch {
    // A full disk must not keep a service down for want of a log.
    return null;
  }
}

/** Resolves once the process has ended and its last output is in the log, or a moment later if children hold it open. */
function endingOf(child: ChildProcess, drained: Promise<void>): Promise<Ending> {
  // The launcher may be gone before the environment is written; its end is reported by 'exit'.
  child.stdin?.on('error', () => {});
  return new Promise((resolve) => {
    const end = (code: number | null, signal: NodeJS.Signals | null): void => {
      const patience = setTimeout(() => resolve({ code, signal }), 300);
      void drained.then(() => {
        clearTimeout(patience);
        resolve({ code, signal });
      });
    };
    child.once('exit', end);
    child.once('error', () => end(null, null));
  });
}
