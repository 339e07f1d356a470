import { parseObjectLine } from '../parse-object-line.ts';
import type { GoldenSource } from '../text-lines.ts';
import { textLines } from '../text-lines.ts';
import type { GoldenRow } from './golden-row.ts';

/** One JSON object a line. */
export async function* jsonlRows(source: GoldenSource): AsyncGenerator<GoldenRow> {
  for await (const entry of textLines(source)) {
    if (entry.kind === 'problem') {
      yield entry;
      continue;
    }
    const { line } = entry;
    const parsed = parseObjectLine(entry.text);
    if (parsed.isObject) {
      yield { kind: 'row', line, fields: parsed.fields };
      continue;
    }
    const { message, column } = parsed;
    yield { kind: 'problem', line, message, isHopeless: false, ...(column === undefined ? {} : { column }) };
  }
}
