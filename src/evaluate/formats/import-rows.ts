import { extname } from 'node:path';
import type { PlainObject } from '../../core/formats/plain-object.ts';
import { isPlainObject } from '../../core/formats/plain-object.ts';
import type { FoundCase, ReadRow } from '../../core/formats/read-data-row.ts';
import type { GoldenRow } from '../golden/golden-row.ts';
import { goldenRows } from '../golden/golden-rows.ts';
import { readJsonFile } from './read-json-file.ts';
import { unusableImport } from './unusable-import.ts';
import type { GoldenLine } from './write-golden.ts';

/** The rows of a table or of JSON lines as lines of a golden set. */
export async function* importRows(
  file: string,
  read: (row: PlainObject) => ReadRow,
): AsyncGenerator<GoldenLine> {
  let count = 0;
  for await (const entry of extname(file) === '.json' ? rowsOfList(file) : goldenRows(file)) {
    const { line } = entry;
    if (entry.kind === 'problem') {
      yield entry;
      if (entry.isHopeless) return;
      continue;
    }
    count += 1;
    const row = read(entry.fields);
    yield row.isRead
      ? { kind: 'case', line, fields: lineOf(row.found, count) }
      : { kind: 'problem', line, message: row.message };
  }
}

/** The members of a JSON list, by their places. */
function* rowsOfList(file: string): Generator<GoldenRow> {
  const list = readJsonFile(file);
  if (!Array.isArray(list)) throw unusableImport(file, 'holds no list of rows');
  for (const [index, fields] of list.entries()) {
    const line = index + 1;
    if (isPlainObject(fields)) yield { kind: 'row', line, fields };
    else yield { kind: 'problem', line, message: 'is no object', isHopeless: false };
  }
}

/** Cases without an id are called after their place. What is neither asked nor expected goes into `metadata`, where it can mean nothing else. */
const lineOf = ({ id, input, expected, others }: FoundCase, count: number): PlainObject => {
  const { tags, metadata, ...rest } = others;
  const areTags = Array.isArray(tags) && tags.every((tag) => typeof tag === 'string');
  const kept = {
    ...(isPlainObject(metadata) ? metadata : metadata === undefined ? {} : { metadata }),
    ...(tags === undefined || areTags ? {} : { tags }),
    ...rest,
  };
  return {
    id: id === undefined || id === null || id === '' ? `row-${count}` : String(id),
    input,
    ...(expected === undefined || expected === null ? {} : { expected }),
    ...(areTags && tags.length > 0 ? { tags } : {}),
    ...(Object.keys(kept).length === 0 ? {} : { metadata: kept }),
  };
};
