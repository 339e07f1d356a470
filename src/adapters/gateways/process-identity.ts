import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * When a process was started, in a form that differs between two processes that had the same pid; null when there is
 * no such process, or when it is dead and only waits to be collected.
 */
export async function startOf(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
    // The name in parentheses may contain anything, so count from its end: field 3 is the state, field 22 the start.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields === undefined || fields[0] === 'X') return null;
    // The first thread may be dead while another still holds the sockets and files of the process.
    if (fields[0] === 'Z' && Number(fields[17]) <= 1) return null;
    return fields[19] ?? null;
  }
  const { stdout } = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  const text = stdout.trim();
  return text === '' || text.startsWith('Z') ? null : text.replace(/^\S+\s+/, '');
}

/** Processes that have `argument` on their command line. Finds none where the system does not show command lines. */
export async function pidsWithArgument(argument: string): Promise<number[]> {
  const entries = await readdir('/proc').catch(() => []);
  const found: number[] = [];
  for (const entry of entries) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const commandLine = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
    if (commandLine.split('\0').includes(argument)) found.push(pid);
  }
  return found;
}
