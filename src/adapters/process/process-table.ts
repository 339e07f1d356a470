import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** One process of this machine, told apart from a later one with the same number by when it started. */
export interface ProcessEntry {
  readonly pid: number;
  /** Opaque; equal only for the same process, also across a reboot. */
  readonly startTime: string;
  readonly group: number;
  readonly session: number;
}

/** What has to be remembered to find a process again. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

const isLinux = process.platform === 'linux';

/** Every process that still runs (zombies are over and left out). */
export function listProcesses(): ProcessEntry[] {
  if (!isLinux) return listByPs();
  const found: ProcessEntry[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const entry = readProcess(pid);
    if (entry !== null) found.push(entry);
  }
  return found;
}

/** The running process with this number, null if there is none. */
export function readProcess(pid: number): ProcessEntry | null {
  if (!isLinux) return listByPs(pid)[0] ?? null;
  const stat = readOrNull(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses and may itself contain spaces and parentheses.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  const [state, , group, session] = fields;
  const startTicks = fields[19];
  if (state === undefined || startTicks === undefined) return null;
  // The first thread of a killed process may be over while others still hold its port and files.
  const threads = Number(fields[17]);
  if (state === 'X' || (state === 'Z' && threads <= 1)) return null;
  // Ticks count from the boot, so that without the boot's name two boots could agree.
  return { pid, startTime: `${bootName()}:${startTicks}`, group: Number(group), session: Number(session) };
}

export const isAlive = (identity: ProcessIdentity): boolean =>
  readProcess(identity.pid)?.startTime === identity.startTime;

/** Whether the process was started with exactly this `NAME=value`; false where its environment cannot be read. */
export function hasInEnvironment(pid: number, assignment: string): boolean {
  const environment = isLinux ? readOrNull(`/proc/${pid}/environ`) : null;
  return environment?.split('\0').includes(assignment) ?? false;
}

/** The value a process was started with for a variable, null if it has none or it cannot be read. */
export function environmentValue(pid: number, name: string): string | null {
  const environment = isLinux ? readOrNull(`/proc/${pid}/environ`) : null;
  const line = environment?.split('\0').find((assignment) => assignment.startsWith(`${name}=`));
  return line?.slice(name.length + 1) ?? null;
}

function listByPs(pid?: number): ProcessEntry[] {
  const which = pid === undefined ? ['-A'] : ['-p', String(pid)];
  let text: string;
  try {
    text = execFileSync('ps', [...which, '-o', 'pid=,pgid=,stat=,lstart='], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' },
    });
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    const [, number, group, state, startTime] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line) ?? [];
    if (number === undefined || group === undefined || startTime === undefined || state?.startsWith('Z'))
      return [];
    // ps of macOS shows no usable session; a replica is started as leader of both, so that its group will do.
    return [{ pid: Number(number), startTime, group: Number(group), session: Number(group) }];
  });
}

let boot: string | undefined;
const bootName = (): string =>
  (boot ??= readOrNull('/proc/sys/kernel/random/boot_id')?.slice(0, 8) ?? 'boot');

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    // Anything else (no file descriptor left) says nothing about the process, and must not make it look dead.
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(code)) return null;
    throw error;
  }
}
