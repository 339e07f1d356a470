import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { startOf } from './process-identity.ts';

/**
 * Ends the gateway processes that a control plane has left behind, without starting one: SIGTERM (they answer what is in
 * flight), after `withinMs` SIGKILL. Returns how many there were.
 */
export async function endGateways(stateDir: string, withinMs = 35_000): Promise<number> {
  const folder = path.join(stateDir, 'gateways');
  const names = await readdir(folder).catch(() => []);
  const ended = await Promise.all(
    names
      .filter((name) => name.endsWith('.json') && !name.endsWith('.config.json'))
      .map(async (name) => endOne(path.join(folder, name), withinMs)),
  );
  return ended.filter(Boolean).length;
}

async function endOne(file: string, withinMs: number): Promise<boolean> {
  // The one that waits to take over first, or it would.
  const all = await readFile(file, 'utf8').then(
    (text) => {
      const { next, running, leaving = [] } = JSON.parse(text) as Recorded;
      return [next, running, ...leaving];
    },
    () => [],
  );
  const ended = await Promise.all(
    all.map((one) => (one == null || one.pid === 0 ? false : end(one, withinMs))),
  );
  return ended.some(Boolean);
}

interface Recorded {
  readonly next?: Known | null;
  readonly running?: Known | null;
  readonly leaving?: readonly Known[];
}

interface Known {
  readonly pid: number;
  readonly start: string;
}

async function end(running: Known, withinMs: number): Promise<boolean> {
  const lives = async (): Promise<boolean> => (await startOf(running.pid)) === running.start;
  if (!(await lives())) return false;
  process.kill(running.pid, 'SIGTERM');
  const endsAtMs = performance.now() + withinMs;
  while (await lives()) {
    if (performance.now() >= endsAtMs) process.kill(running.pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}
