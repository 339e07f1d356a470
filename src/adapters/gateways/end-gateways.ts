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
  const running = await readFile(file, 'utf8').then(
    (text) => (JSON.parse(text) as { running?: { pid: number; start: string } | null }).running ?? null,
    () => null,
  );
  if (running === null) return false;
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
