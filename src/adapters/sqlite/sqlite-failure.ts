import { SqliteError } from 'better-sqlite3';
import { TidegateError } from '../../errors.ts';
import type { DatabaseShape } from './open-database.ts';

/** What was going on: decides whether "not writable" is about starting up or about a disk that went away. */
export type Doing = 'opening' | 'writing' | 'reading';

/** Turns what SQLite or the file system threw into an error of the catalogue. Errors of the catalogue pass through. */
export function sqliteFailure(
  error: unknown,
  doing: Doing,
  file: string,
  { codes }: Pick<DatabaseShape, 'codes'>,
): TidegateError {
  if (error instanceof TidegateError) return error;
  const code = codeOf(error);
  const why = error instanceof Error ? error.message : String(error);
  if (isOutOfSpace(error))
    return new TidegateError('disk-full', `There is no space left for ${file}.`, { cause: error });
  if (/^SQLITE_(CORRUPT|NOTADB|CONSTRAINT)/.test(code)) {
    return new TidegateError(codes.broken, `${file} is damaged: ${why}.`, { cause: error });
  }
  if (
    doing === 'opening' &&
    /^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST|SQLITE_(READONLY|CANTOPEN|PERM|AUTH))/.test(code)
  ) {
    return new TidegateError('state-unwritable', `${file} cannot be written: ${why}.`, { cause: error });
  }
  return new TidegateError(codes.unavailable, `${doing} ${file} failed: ${why} (${code || 'no code'}).`, {
    cause: error,
  });
}

/** The disk or the quota is used up. SHMSIZE is how SQLite says so of the index of its write-ahead log. */
export const isOutOfSpace = (error: unknown): boolean =>
  ['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE', 'ENOSPC', 'EDQUOT'].includes(codeOf(error));

/** A commit that failed like this may have left its whole record in the log, to come back after a crash. */
export const leavesDoubt = (error: unknown): boolean =>
  error instanceof SqliteError && error.code.startsWith('SQLITE_IOERR');

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
