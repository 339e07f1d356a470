import { CsvError, parse } from 'csv-parse';
import type { GoldenSource } from '../text-lines.ts';
import { firstInvalidColumn } from '../text-lines.ts';
import type { GoldenRow } from './golden-row.ts';

const LONGEST_RECORD_CHARACTERS = 16 * 1024 * 1024;

/**
 * A table with its names in the first record (RFC 4180, also with `;` or tabs where the first line has those and no comma). Every
 * value is text; an empty one is left out, since the file cannot say whether it is empty or missing.
 */
export async function* csvRows(source: GoldenSource): AsyncGenerator<GoldenRow> {
  let broken: GoldenRow | null = null;
  const text = utf8Chunks(source, (row) => {
    broken = row;
  });
  const first = await text.next();
  if (broken !== null) yield broken;
  if (first.done === true) return;
  const parser = parse({
    delimiter: delimiterOf(first.value),
    columns: true,
    info: true,
    bom: true,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: LONGEST_RECORD_CHARACTERS,
  });
  const feed = async (): Promise<void> => {
    try {
      for (let chunk: IteratorResult<string, void> = first; chunk.done !== true; chunk = await text.next())
        if (!parser.write(chunk.value)) await once(parser);
      parser.end();
    } catch (error) {
      parser.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const feeding = feed();
  let line = 1;
  try {
    for await (const record of parser as AsyncIterable<CsvRecord>) {
      // `lines` counts those that were read up to the end of the record; its fields may hold some of them.
      const { lines, error } = record.info;
      line = lines;
      if (error !== undefined) {
        yield { kind: 'problem', line, message: messageOf(error), isHopeless: false };
        continue;
      }
      const fields = Object.entries(record.record).filter(([, value]) => value !== '');
      yield { kind: 'row', line, fields: Object.fromEntries(fields) };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // Of an open quotation the beginning of its record says more than the end of the file.
    const isOpen = error.code === 'CSV_QUOTE_NOT_CLOSED';
    const at = !isOpen && typeof error.lines === 'number' ? error.lines : line + 1;
    yield { kind: 'problem', line: at, message: messageOf(error), isHopeless: true };
  } finally {
    parser.destroy();
    await text.return();
  }
  await feeding;
  if (broken !== null) yield broken;
}

interface CsvRecord {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number; readonly error?: CsvError };
}

const once = (parser: ReturnType<typeof parse>): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      parser.off('drain', done).off('close', done);
      resolve();
    };
    parser.once('drain', done).once('close', done);
  });

const messageOf = ({ code, message }: CsvError): string => {
  switch (code) {
    case 'CSV_RECORD_INCONSISTENT_COLUMNS':
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH':
      return 'has another number of fields than the first line';
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'begins a record with a quotation that does not end';
    case 'INVALID_OPENING_QUOTE':
    case 'CSV_INVALID_CLOSING_QUOTE':
      return 'has a quotation mark in the middle of a field; fields with quotation marks are quoted, and those marks doubled';
    case 'CSV_MAX_RECORD_SIZE':
      return 'is longer than 16 MiB';
    default:
      return `is not CSV: ${message}`;
  }
};

const delimiterOf = (start: string): string => {
  const [line = ''] = start.split('\n', 1);
  if (line.includes(',')) return ',';
  return line.includes('\t') ? '\t' : line.includes(';') ? ';' : ',';
};

/** Decodes, and at the first bytes that are no UTF-8 says so and ends. */
async function* utf8Chunks(
  source: GoldenSource,
  onBroken: (row: GoldenRow) => void,
): AsyncGenerator<string, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  let rest = Buffer.alloc(0);
  for await (const chunk of source.open()) {
    const bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    // Whole lines, so that a broken one is known by its number.
    const end = bytes.lastIndexOf(10) + 1;
    rest = Buffer.from(bytes.subarray(end));
    if (rest.length > LONGEST_RECORD_CHARACTERS) {
      onBroken({ kind: 'problem', line, message: 'is longer than 16 MiB', isHopeless: true });
      return;
    }
    const whole = bytes.subarray(0, end);
    const text = decoded(decoder, whole);
    if (text === null) {
      onBroken(brokenRow(whole, line));
      return;
    }
    for (let at = whole.indexOf(10); at !== -1; at = whole.indexOf(10, at + 1)) line += 1;
    if (text !== '') yield text;
  }
  if (rest.length === 0) return;
  const text = decoded(decoder, rest);
  if (text === null) onBroken(brokenRow(rest, line));
  else yield text;
}

const decoded = (decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): string | null => {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
};

const brokenRow = (bytes: Buffer, firstLine: number): GoldenRow => {
  const at = firstInvalidColumn(bytes) - 1;
  const before = bytes.subarray(0, at);
  let line = firstLine;
  for (const byte of before) if (byte === 10) line += 1;
  return {
    kind: 'problem',
    line,
    column: at - before.lastIndexOf(10),
    message: 'is not valid UTF-8',
    isHopeless: true,
  };
};
