import { chmod, chown, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Account } from './accounts.ts';

/**
 * Lets a workload's user into its release and nobody else's user: the directories above it, as far as they belong to the
 * state directory, become passable, and the release's own top is given to the service's group. Releases outside
 * the state directory are left as they are.
 */
export async function grantReleaseAccess(
  stateDir: string,
  directory: string,
  account: Account,
): Promise<void> {
  const inside = relative(stateDir, directory);
  if (inside === '' || inside.startsWith('..')) return;
  for (let above = dirname(directory); above !== stateDir; above = dirname(above)) await allow(above, 0o001);
  const { mode } = await stat(directory);
  await chown(directory, 0, account.gid);
  await chmod(directory, (mode & 0o770) | 0o050);
}

/** The name right below the state directory under which a release lies, null if it lies elsewhere. */
export function topOf(stateDir: string, directory: string): string | null {
  const inside = relative(stateDir, join(directory));
  return inside === '' || inside.startsWith('..') ? null : (inside.split(sep)[0] ?? null);
}

async function allow(directory: string, bits: number): Promise<void> {
  const { mode } = await stat(directory);
  if ((mode & bits) !== bits) await chmod(directory, (mode & 0o7777) | bits);
}
