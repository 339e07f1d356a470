import { checkRows } from '../core/data-schema/check-rows.ts';
import type { DataReport } from '../core/data-schema/data-finding.ts';
import type { DataSchema } from '../core/data-schema/data-schema.ts';
import { dataFileRows, isTextTable } from './data-file-rows.ts';

/** Holds a file to a schema, row by row. `mostCells`: how many offending rows each finding names. Throws `data-unreadable`. */
export const checkDataFile = async (
  path: string,
  schema: DataSchema,
  { nowMs, mostCells }: { readonly nowMs: number; readonly mostCells: number },
): Promise<DataReport> => {
  const check = checkRows(schema, { nowMs, mostCells, isText: isTextTable(path) });
  for await (const row of dataFileRows(path)) {
    if (row.kind === 'row') check.add(row);
    else check.addUnreadable(row.line, row.message);
  }
  return check.finish();
};
