import { parseObjectLine } from '../parse-object-line.ts';
import type { GoldenSource } from '../text-lines.ts';
import { textLines } from '../text-lines.ts';
import type { GoldenRow } from './golden-row.ts';

/** One JSON object a line. */
export async function* jsonlRows(source: GoldenSource): AsyncGenerator<GoldenRow> {
  let isFirst = true;
  for await (const entry of textLines(source)) {
    if (entry.kind === 'problem') {
      yield entry;
      continue;
    }
    const { line } = entry;
    const parsed = parseObjectLine(entry.text);
    if (isFirst && !parsed.isObject && isSpread(entry.text)) {
      // Every further line would be as broken, and say as little.
      const isHopeless = !/[\]}]\s*$/.test(entry.text);
      yield { kind: 'problem', line, message: SPREAD, isHopeless };
      if (isHopeless) return;
      isFirst = false;
      continue;
    }
    isFirst = false;
    if (parsed.isObject) {
      yield { kind: 'row', line, fields: parsed.fields };
      continue;
    }
    const { message, column } = parsed;
    yield { kind: 'problem', line, message, isHopeless: false, ...(column === undefined ? {} : { column }) };
  }
}

const SPREAD =
  'is not a JSON object: one whole object a line is wanted (JSON lines), and no list and no object over several lines';

/** The beginning of a list, or of an object that goes on in the next line. */
const isSpread = (text: string): boolean => /^\s*(\[|\{[\s\S]*[{[,:]\s*$|\{\s*$)/.test(text);
