import { TidegateError } from '../../errors.ts';
import { canonicalText } from './canonical.ts';

/** Canonical bytes of one record, its position included. */
export const maxRecordBytes = 1_048_576;
export const maxStreamLength = 512;

/** What a record holds; every field is hashed. */
export interface LedgerRecord {
  readonly seq: number;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly schema: number;
  readonly atMs: number;
  readonly actor: string;
  readonly data: unknown;
}

export type RecordContents = Omit<LedgerRecord, 'seq' | 'stream' | 'version'>;

/**
 * A record in canonical form but for its two positions, which only the writer knows. Names sort as actor, atMs, data,
 * schema, seq, stream, type, version, so the text has two gaps. The costly part is done by whoever appends.
 */
export interface PreparedRecord {
  readonly beforeSeq: string;
  readonly beforeVersion: string;
}

/**
 * Checks an append and brings its events into canonical form.
 * @throws TidegateError `bad-request` when a field is malformed or its data has no JSON form, `too-large` when a record
 *   would exceed `maxRecordBytes`.
 */
export function prepareAppend(
  stream: string,
  expectedVersion: number,
  events: readonly RecordContents[],
): readonly PreparedRecord[] {
  require(typeof stream === 'string' && stream.length > 0, 'a stream needs a name');
  require(stream.length <= maxStreamLength, `a stream's name has at most ${maxStreamLength} characters`);
  require(Number.isSafeInteger(expectedVersion) &&
    expectedVersion >= 0, 'the expected version is a count of events');
  return events.map((event) => prepareRecord(stream, event));
}

/** The canonical text of a prepared record at its place. */
export const recordText = (record: PreparedRecord, seq: number, version: number): string =>
  `${record.beforeSeq}${seq}${record.beforeVersion}${version}}`;

function prepareRecord(stream: string, event: RecordContents): PreparedRecord {
  require(typeof event.type === 'string' && event.type.length > 0, 'an event needs a type');
  require(Number.isSafeInteger(event.schema) &&
    event.schema > 0, `${event.type}: the schema is a number from 1`);
  require(Number.isFinite(event.atMs), `${event.type}: atMs is not a time`);
  require(typeof event.actor === 'string' &&
    event.actor.length > 0, `${event.type}: an event needs an actor`);
  const prepared = inCanonicalForm(stream, event);
  const bytes = bytesOf(prepared);
  if (bytes > maxRecordBytes) {
    throw new TidegateError(
      'too-large',
      `The event ${event.type} has ${bytes} bytes; a record may have ${maxRecordBytes}.`,
      {
        data: { type: event.type, bytes, limitBytes: maxRecordBytes },
      },
    );
  }
  return prepared;
}

function inCanonicalForm(stream: string, event: RecordContents): PreparedRecord {
  try {
    const { actor, atMs, data, schema, type } = event;
    return {
      beforeSeq: `${canonicalText({ actor, atMs, data, schema }).slice(0, -1)},"seq":`,
      beforeVersion: `,${canonicalText({ stream, type }).slice(1, -1)},"version":`,
    };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TidegateError('bad-request', `The event ${event.type} cannot be recorded: ${why}.`, { cause });
  }
}

function require(holds: boolean, otherwise: string): void {
  if (!holds) throw new TidegateError('bad-request', `The ledger refuses the append: ${otherwise}.`);
}

/** Room for two numbers as long as they get, and the closing brace; so the limit does not depend on the place. */
const positionBytes = 2 * String(Number.MAX_SAFE_INTEGER).length + 1;

const encoder = new TextEncoder();

/** Exact where it matters: a record far below the limit is given the most bytes that so many characters can have. */
function bytesOf({ beforeSeq, beforeVersion }: PreparedRecord): number {
  const bytesAtMost = 3 * (beforeSeq.length + beforeVersion.length) + positionBytes;
  if (bytesAtMost <= maxRecordBytes) return bytesAtMost;
  return encoder.encode(beforeSeq).length + encoder.encode(beforeVersion).length + positionBytes;
}
