import { join } from 'node:path';
import Database from 'better-sqlite3';
import { TidegateError } from '../../errors.ts';

/**
 * Makes sure that one control plane at most works on a state directory. The lock is the operating system's, held by an open
 * SQLite transaction, so that it is gone with the process however that ends. Returns the release.
 * @throws TidegateError `already-running`, `state-unwritable`, `disk-full`
 */
export const lockDirectory = (directory: string): (() => void) => {
  let database: Database.Database | null = null;
  try {
    database = new Database(join(directory, 'lock.db'), { timeout: 0 });
    database.exec('BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS held (by INTEGER)');
  } catch (cause) {
    database?.close();
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (code.startsWith('SQLITE_BUSY'))
      throw new TidegateError('already-running', `Another control plane works on ${directory}.`, { cause });
    if (code.startsWith('SQLITE_FULL'))
      throw new TidegateError('disk-full', `The disk of ${directory} is full.`, { cause });
    throw new TidegateError('state-unwritable', `The state directory ${directory} cannot be written.`, {
      cause,
    });
  }
  const held = database;
  return () => held.close();
};
