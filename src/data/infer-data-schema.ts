import type { DataSchema } from '../core/data-schema/data-schema.ts';
import { inferSchema } from '../core/data-schema/infer-schema.ts';
import { TidegateError } from '../errors.ts';
import { dataFileRows, isTextTable } from './data-file-rows.ts';

/** A schema that the file satisfies; see `inferSchema`. Throws `data-unreadable`, also for a file with a broken row or none. */
export const inferDataSchema = async (path: string): Promise<DataSchema> => {
  const inference = inferSchema({ isText: isTextTable(path) });
  let rows = 0;
  for await (const row of dataFileRows(path)) {
    if (row.kind === 'problem')
      throw new TidegateError('data-unreadable', `${path}: row ${row.line} ${row.message}.`, {
        place: { file: path, line: row.line, ...(row.column === undefined ? {} : { column: row.column }) },
      });
    inference.add(row);
    rows += 1;
  }
  if (rows === 0)
    throw new TidegateError('data-unreadable', `${path} has no rows.`, { place: { file: path } });
  return inference.finish();
};
