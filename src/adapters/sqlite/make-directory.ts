import { mkdir } from 'node:fs/promises';
import type { DatabaseShape } from './open-database.ts';
import { sqliteFailure } from './sqlite-failure.ts';

/**
 * Makes the directory of a database, with those above it, for the owner only.
 * @throws TidegateError `state-unwritable` or `disk-full`.
 */
export async function makeDirectory(directory: string, shape: DatabaseShape): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 }).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      // Node's recursive mkdir says ENOENT of a read-only file system; the plain one says what it is.
      await mkdir(directory, { mode: 0o700 });
    });
  } catch (error) {
    throw sqliteFailure(error, 'opening', directory, shape);
  }
}
