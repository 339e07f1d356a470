import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeStateDirectory } from './make-state-directory.ts';
import { stateLayout } from './state-layout.ts';

export interface StateDirectoryOptions {
  /** Names directly below the state directory that every replica may pass through: where prepared releases lie. */
  readonly passable?: readonly string[];
}

/**
 * Makes the state directory fit for replicas that run as other users: they may pass through it (0711) but not list it,
 * and everything in it is closed to them (0700, files 0600) except `scratch` and `passable` (0711, contents left alone).
 * A prepared release must lie below a passable directory, or outside; its own files must be readable for others and
 * writable for nobody. Without root nobody else has to come in, so that the state directory is simply 0700.
 * Repeat it whenever something new may lie at the top; it changes nothing that is right already.
 */
export async function prepareStateDirectory(
  stateDir: string,
  options: StateDirectoryOptions = {},
): Promise<void> {
  const layout = stateLayout(stateDir);
  await makeStateDirectory(stateDir);
  const hasOtherUsers = process.getuid?.() === 0;
  const passable = new Set(['scratch', ...(options.passable ?? [])]);
  for (const directory of [layout.workloads, layout.logs, layout.scratch, layout.staging]) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  }
  for (const entry of await readdir(stateDir, { withFileTypes: true })) {
    // Following a link would change something that is not ours.
    if (!entry.isDirectory() && !entry.isFile() && !entry.isSocket()) continue;
    const isPassable = entry.isDirectory() && passable.has(entry.name) && hasOtherUsers;
    const mode = isPassable ? 0o711 : entry.isDirectory() ? 0o700 : 0o600;
    await chmod(join(stateDir, entry.name), mode).catch(ignoreMissing);
  }
  await chmod(stateDir, hasOtherUsers ? 0o711 : 0o700);
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
