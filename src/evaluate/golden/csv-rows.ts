import { isUtf8 } from 'node:buffer';
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
  const faults: Fault[] = [];
  const text = utf8Chunks(source, faults);
  const first = await text.next();
  if (first.done === true || faults[0]?.line === 1) {
    // Without the names nothing can be said of what follows.
    if (faults[0] !== undefined) yield { ...problemOf(faults[0]), isHopeless: true };
    await text.return();
    return;
  }
  let repeated: string | undefined;
  const parser = parse({
    delimiter: delimiterOf(first.value),
    columns: (names: readonly string[]) => {
      repeated = names.find((name, place) => name !== '' && names.indexOf(name) !== place);
      return [...names];
    },
    info: true,
    bom: true,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: LONGEST_RECORD_CHARACTERS,
  });
  const feed = async (): Promise<void> => {
    try {
      for (let chunk: IteratorResult<string, void> = first; chunk.done !== true; chunk = await text.next()) {
        // It was ended meanwhile, and will neither drain nor close again.
        if (parser.destroyed) return;
        if (!parser.write(chunk.value)) await once(parser);
      }
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
      if (repeated !== undefined) break;
      const fault = faults[0] !== undefined && faults[0].line <= lines ? faults[0] : null;
      while (faults[0] !== undefined && faults[0].line <= lines) faults.shift();
      if (fault !== null) {
        yield problemOf(fault);
        continue;
      }
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
  if (repeated === undefined) yield* faults.map(problemOf);
  else
    yield {
      kind: 'problem',
      line: 1,
      message: `names the column ${JSON.stringify(repeated)} twice`,
      isHopeless: true,
    };
}

/** A line that cannot be read whatever its record is. */
interface Fault {
  readonly line: number;
  readonly column?: number;
  readonly message: string;
  readonly isHopeless: boolean;
}

const problemOf = (fault: Fault): Extract<GoldenRow, { kind: 'problem' }> => ({ kind: 'problem', ...fault });

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

/** Decodes, and adds to `faults` the lines that have bytes that are no UTF-8 before it gives them out. A line without an end in sight ends it. */
async function* utf8Chunks(source: GoldenSource, faults: Fault[]): AsyncGenerator<string, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  let rest = Buffer.alloc(0);
  for await (const chunk of source.open()) {
    const bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    // Whole lines, so that a broken one is known by its number.
    const end = bytes.lastIndexOf(10) + 1;
    rest = Buffer.from(bytes.subarray(end));
    const whole = bytes.subarray(0, end);
    const text = decoded(decoder, whole) ?? repaired(whole, line, faults);
    for (let at = whole.indexOf(10); at !== -1; at = whole.indexOf(10, at + 1)) line += 1;
    if (rest.length > LONGEST_RECORD_CHARACTERS)
      faults.push({ line, message: 'is longer than 16 MiB', isHopeless: true });
    if (text !== '') yield text;
    if (rest.length > LONGEST_RECORD_CHARACTERS) return;
  }
  if (rest.length > 0) yield decoded(decoder, rest) ?? repaired(rest, line, faults);
}

const decoded = (decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): string | null => {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
};

/** The same with U+FFFD for what is broken, so that the records around it keep their lines and quotation marks. */
const repaired = (bytes: Buffer, firstLine: number, faults: Fault[]): string => {
  let line = firstLine;
  for (let start = 0; start < bytes.length; line += 1) {
    const newline = bytes.indexOf(10, start);
    const end = newline === -1 ? bytes.length : newline;
    // With its newline, at which a character that was cut short is known to be broken.
    const own = bytes.subarray(start, end + 1);
    if (!isUtf8(own))
      faults.push({
        line,
        column: firstInvalidColumn(own),
        message: 'is not valid UTF-8',
        isHopeless: false,
      });
    start = end + 1;
  }
  return bytes.toString('utf8');
};
