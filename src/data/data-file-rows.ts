import { access, constants, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { TidegateError } from '../errors.ts';
import type { GoldenRow } from '../evaluate/golden/golden-row.ts';
import { goldenRows } from '../evaluate/golden/golden-rows.ts';

/**
 * The rows of a CSV (`.csv`, `.tsv`), Parquet (`.parquet`) or, for every other ending, JSON lines file, one after the other. Empty fields of CSV
 * and nulls of Parquet are left out of a row. Throws `data-unreadable`.
 */
export async function* dataFileRows(path: string): AsyncGenerator<GoldenRow> {
  const refuse = (why: string, cause?: unknown): TidegateError =>
    new TidegateError('data-unreadable', `${path} ${why}.`, { cause, place: { file: path } });
  const found = await stat(path).catch((cause: unknown) => {
    throw refuse(
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read',
      cause,
    );
  });
  if (!found.isFile()) throw refuse('is not a file');
  await access(path, constants.R_OK).catch((cause: unknown) => {
    throw refuse('cannot be read', cause);
  });
  yield* goldenRows(path);
}

/** Whether all values of such a file are texts. */
export const isTextTable = (path: string): boolean => /^\.(csv|tsv)$/i.test(extname(path));
