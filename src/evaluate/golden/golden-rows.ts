import { access } from 'node:fs/promises';
import { extname } from 'node:path';
import { TidegateError } from '../../errors.ts';
import { goldenFile } from '../golden-file.ts';
import { csvRows } from './csv-rows.ts';
import type { GoldenRow } from './golden-row.ts';
import { jsonlRows } from './jsonl-rows.ts';
import { parquetRows } from './parquet-rows.ts';

/** The rows of a file by its ending: `.csv` and `.tsv`, `.parquet`, and JSON lines for every other. Throws `evaluation-unusable`. */
export async function* goldenRows(path: string): AsyncGenerator<GoldenRow> {
  try {
    await access(path);
  } catch (cause) {
    throw new TidegateError('evaluation-unusable', `There is no file ${path} that can be read.`, {
      cause,
      place: { file: path },
      todo: 'Name a golden set under `golden:`, or with --golden.',
    });
  }
  switch (extname(path).toLowerCase()) {
    case '.csv':
    case '.tsv':
      return yield* csvRows(goldenFile(path));
    case '.parquet':
      return yield* parquetRows(path);
    default:
      return yield* jsonlRows(goldenFile(path));
  }
}
