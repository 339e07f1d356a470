import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { endGateways } from './adapters/gateways/end-gateways.ts';
import { startOf } from './adapters/gateways/process-identity.ts';
import { openProcessRuntime } from './adapters/process/open-process-runtime.ts';
import { lockDirectory } from './adapters/sqlite/directory-lock.ts';
import { isTidegateError, TidegateError } from './errors.ts';
import { serverFile, stateDirectory } from './up.ts';

export interface DownOptions {
  readonly directory: string;
  readonly state?: string;
  readonly say?: (line: string) => void;
}

const stopsWithinMs = 60_000;

/** Stops everything of a state directory: control plane, gateways and releases, whichever of them run. */
export const down = async (options: DownOptions): Promise<number> => {
  const say = options.say ?? ((line: string) => process.stderr.write(`${line}\n`));
  const stateDir = stateDirectory(options);
  if (!existsSync(stateDir)) throw new TidegateError('not-found', `There is no state directory ${stateDir}.`);
  let unlock = tryLock(stateDir);
  if (unlock === null) {
    await stopControl(await controlPid(stateDir));
    say('Stopped the control plane, the gateways and the releases.');
    unlock = lockDirectory(stateDir);
  }
  try {
    const gateways = await endGateways(stateDir);
    const runtime = await openProcessRuntime({ stateDir });
    const workloads = await runtime.list();
    for (const { id } of workloads) await runtime.remove(id);
    await runtime.close();
    if (gateways + workloads.length > 0)
      say(`Stopped ${gateways} gateways and ${workloads.length} releases.`);
    await rm(serverFile(stateDir), { force: true });
  } finally {
    unlock();
  }
  return 0;
};

/** Null while a control plane works on the directory. Only then is the recorded pid sure to be its own. */
const tryLock = (stateDir: string): (() => void) | null => {
  try {
    return lockDirectory(stateDir);
  } catch (error) {
    if (isTidegateError(error, 'already-running')) return null;
    throw error;
  }
};

const controlPid = async (stateDir: string): Promise<number> => {
  const text = await readFile(serverFile(stateDir), 'utf8').catch(() => '{}');
  const { pid } = JSON.parse(text) as { pid?: number };
  if (pid !== undefined) return pid;
  throw new TidegateError(
    'not-now',
    `A control plane is starting or stopping on ${stateDir}; try again in a moment.`,
  );
};

const stopControl = async (pid: number): Promise<void> => {
  const start = await startOf(pid);
  if (start === null) return;
  process.kill(pid, 'SIGINT');
  const endsAtMs = performance.now() + stopsWithinMs;
  while ((await startOf(pid)) === start) {
    if (performance.now() > endsAtMs)
      throw new TidegateError('not-now', `The control plane (process ${pid}) does not stop.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
