import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { installMarker } from './install-environment.ts';

export interface InstallRun {
  readonly command: string;
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Null runs it as ourselves. */
  readonly user: { readonly uid: number; readonly gid: number } | null;
  readonly timeoutMs: number;
  /** Gets stdout and stderr, up to 16 MiB. */
  readonly logFile: string;
  readonly onLog: (text: string) => void;
  readonly signal: AbortSignal | undefined;
}

export type InstallOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly lastLines: string };

const mostLogBytes = 16 * 1024 * 1024;

/** Runs an install command through `sh -c` to its end; whatever processes it started are gone afterwards. */
export const runInstall = async (run: InstallRun): Promise<InstallOutcome> => {
  const log = await open(run.logFile, 'w', 0o600);
  const child = spawn('sh', ['-c', run.command], {
    cwd: run.directory,
    env: { ...run.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(run.user ?? {}),
  });
  let logged = 0;
  let tail = '';
  let writing = Promise.resolve();
  const take = (chunk: Buffer): void => {
    const text = chunk.toString('utf8');
    tail = (tail + text).slice(-4_000);
    run.onLog(text);
    const room = mostLogBytes - logged;
    logged += chunk.length;
    if (room > 0) writing = writing.then(() => log.writeFile(chunk.subarray(0, room))).catch(() => {});
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  let stopped: string | null = null;
  const stop = (reason: string): void => {
    stopped ??= reason;
    killGroup(child.pid);
  };
  const timer = setTimeout(
    () => stop(`took longer than ${Math.round(run.timeoutMs / 1000)} s`),
    run.timeoutMs,
  );
  const onAbort = () => stop('was interrupted');
  run.signal?.addEventListener('abort', onAbort, { once: true });
  if (run.signal?.aborted) onAbort();
  try {
    const ended = await endOf(child);
    killGroup(child.pid);
    await killMarked(run.env[installMarker] ?? '');
    // Output that is still in the pipe; a process that we cannot kill must not hold us up.
    await Promise.race([
      child.stdout.closed && child.stderr.closed ? null : once(child, 'close'),
      sleep(500),
    ]);
    await writing;
    const reason = stopped ?? ended;
    return reason === null
      ? { ok: true }
      : { ok: false, reason, lastLines: tail.trimEnd().split('\n').slice(-20).join('\n') };
  } finally {
    clearTimeout(timer);
    run.signal?.removeEventListener('abort', onAbort);
    child.stdout.destroy();
    child.stderr.destroy();
    await log.close();
  }
};

/** Resolves when the process has ended: null when it succeeded, otherwise why not. */
const endOf = (child: ReturnType<typeof spawn>): Promise<string | null> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) =>
      resolve(code === 0 ? null : code === null ? `was killed by ${signal}` : `ended with exit code ${code}`),
    );
  });

const killGroup = (pid: number | undefined): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone.
  }
};

/**
 * Kills every process that carries this marker in its environment, and waits until they are gone: what an install left
 * running, also one that a former control plane started before it was killed. Does nothing where there is no /proc.
 */
export const killMarked = async (marker: string): Promise<void> => {
  if (marker === '') return;
  for (let attempt = 0; attempt < 100; attempt++) {
    const pids = await findMarked(`${installMarker}=${marker}`);
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
    await sleep(20);
  }
};

const findMarked = async (wanted: string): Promise<readonly number[]> => {
  const found: number[] = [];
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    // Of a process that has ended but was not collected yet it is empty; of another user's we may not see it.
    const environ = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
    if (environ.split('\0').includes(wanted)) found.push(Number(name));
  }
  return found;
};
