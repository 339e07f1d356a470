import type { AsyncBuffer } from 'hyparquet';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import type { GoldenRow } from './golden-row.ts';

/** Rows that are in memory at once, for a row group may hold millions. */
const MOST_ROWS = 5_000;

/** A Parquet file, some rows of a row group at a time. `line` is the number of the row. */
export async function* parquetRows(path: string): AsyncGenerator<GoldenRow> {
  let file: AsyncBuffer;
  let groups: readonly number[];
  let metadata: Awaited<ReturnType<typeof parquetMetadataAsync>>;
  try {
    file = await asyncBufferFromFile(path);
    metadata = await parquetMetadataAsync(file);
    groups = metadata.row_groups.map(({ num_rows: rows }) => Number(rows));
  } catch (error) {
    yield { kind: 'problem', line: 1, message: `is not a Parquet file: ${textOf(error)}`, isHopeless: true };
    return;
  }
  let groupStart = 0;
  for (const rows of groups) {
    for (let from = 0; from < rows; from += MOST_ROWS) {
      const rowStart = groupStart + from;
      const rowEnd = groupStart + Math.min(rows, from + MOST_ROWS);
      let records: Record<string, unknown>[];
      try {
        records = await parquetReadObjects({ file, metadata, rowStart, rowEnd });
      } catch (error) {
        yield {
          kind: 'problem',
          line: rowStart + 1,
          message: `and those after it cannot be read: ${reasonOf(error)}`,
          isHopeless: true,
        };
        return;
      }
      for (const [index, record] of records.entries())
        yield { kind: 'row', line: rowStart + index + 1, fields: asJson(record) as Record<string, unknown> };
    }
    groupStart += rows;
  }
}

const reasonOf = (error: unknown): string => {
  const codec = /compression codec: (\w+)/.exec(textOf(error))?.[1];
  return codec === undefined
    ? textOf(error)
    : `they are compressed with ${codec}, and only Snappy and no compression are read`;
};

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Numbers too large for JSON stay exact as text, times become ISO 8601, bytes become base64; what is null is left out of a row. */
const asJson = (value: unknown): unknown => {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as unknown[], asJson);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, inner]) => inner !== null && inner !== undefined)
        .map(([key, inner]) => [key, asJson(inner)]),
    );
  return value;
};
