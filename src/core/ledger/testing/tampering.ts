import fc from 'fast-check';
import { canonicalize } from '../canonical.ts';
import { genesisHash, nextHash } from '../chain.ts';
import { prepareAppend, recordText } from '../record.ts';

export interface LedgerRow {
  readonly seq: number;
  readonly stream: string;
  readonly version: number;
  readonly record: Uint8Array;
  readonly hash: Uint8Array;
}

/** Rows of a sound ledger: one event each, to the streams in the order given. */
export function rowsOf(streams: readonly string[]): readonly LedgerRow[] {
  const versions = new Map<string, number>();
  const rows: LedgerRow[] = [];
  for (const [index, stream] of streams.entries()) {
    const version = versions.get(stream) ?? 0;
    versions.set(stream, version + 1);
    const event = {
      type: 'stage.entered',
      schema: 1,
      atMs: 1000 + index,
      actor: 'engine',
      data: { stage: index % 4 },
    };
    const seq = index + 1;
    const record = Buffer.from(recordText(prepareAppend(stream, version, [event])[0]!, seq, version));
    rows.push({ seq, stream, version, record, hash: nextHash(rows.at(-1)?.hash ?? genesisHash, record) });
  }
  return rows;
}

export interface Tampering {
  readonly name: string;
  apply(rows: readonly LedgerRow[]): readonly LedgerRow[];
}

/** Everything somebody could do to the rows, by hand or with care, and hash the chain anew afterwards or not. */
export function tamperings(count: number): fc.Arbitrary<Tampering> {
  const place = fc.nat(count - 1);
  const plain = fc.oneof(
    fc
      .tuple(place, fc.nat(10_000), fc.integer({ min: 1, max: 255 }))
      .map(([at, offset, bits]) =>
        named(`flip bits of record ${at + 1}`, (rows) =>
          changed(rows, at, (row) => ({ record: flipped(row.record, offset, bits) })),
        ),
      ),
    fc
      .tuple(place, fc.nat(31), fc.integer({ min: 1, max: 255 }))
      .map(([at, offset, bits]) =>
        named(`flip bits of hash ${at + 1}`, (rows) =>
          changed(rows, at, (row) => ({ hash: flipped(row.hash, offset, bits) })),
        ),
      ),
    fc
      .tuple(place, edits)
      .map(([at, [what, edit]]) =>
        named(`${what} of record ${at + 1}`, (rows) =>
          changed(rows, at, (row) => ({ record: rewritten(row.record, edit) })),
        ),
      ),
    place.map((at) => named(`remove record ${at + 1}`, (rows) => rows.toSpliced(at, 1))),
    place.map((at) =>
      named(`remove record ${at + 1} and close the gap`, (rows) => renumbered(rows.toSpliced(at, 1))),
    ),
    place.map((at) => named(`cut everything from record ${at + 1}`, (rows) => rows.slice(0, at))),
    fc
      .tuple(place, place)
      .map(([a, b]) =>
        named(`swap records ${a + 1} and ${b + 1}`, (rows) =>
          renumbered(rows.with(a, rows[b]!).with(b, rows[a]!)),
        ),
      ),
    place.map((at) =>
      named(`repeat record ${at + 1}`, (rows) => renumbered(rows.toSpliced(at, 0, rows[at]!))),
    ),
    fc
      .tuple(place, fc.constantFrom('other', 'environment:staging', ''))
      .map(([at, stream]) =>
        named(`move record ${at + 1} to the stream "${stream}"`, (rows) =>
          changed(rows, at, () => ({ stream })),
        ),
      ),
    fc
      .tuple(place, fc.integer({ min: -3, max: 3 }))
      .map(([at, by]) =>
        named(`shift the version of record ${at + 1}`, (rows) =>
          changed(rows, at, (row) => ({ version: row.version + by })),
        ),
      ),
    place.map((at) =>
      named(`space out record ${at + 1}`, (rows) =>
        changed(rows, at, (row) => ({
          record: Buffer.from(JSON.stringify(JSON.parse(textOf(row.record)), null, 1)),
        })),
      ),
    ),
  );
  return fc
    .tuple(plain, fc.boolean())
    .map(([tampering, hashesAnew]) =>
      hashesAnew
        ? named(`${tampering.name}, hash anew`, (rows) => rehashed(tampering.apply(rows)))
        : tampering,
    );
}

export const isSame = (a: readonly LedgerRow[], b: readonly LedgerRow[]): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

type Fields = Record<string, unknown>;

type Edit = readonly [what: string, edit: (fields: Fields) => Fields];

const edits = fc.constantFrom<Edit[]>(
  ['change the type', (fields) => ({ ...fields, type: 'stage.left' })],
  ['change the actor', (fields) => ({ ...fields, actor: 'somebody' })],
  ['change the time', (fields) => ({ ...fields, atMs: Number(fields.atMs) + 1 })],
  ['change the data', (fields) => ({ ...fields, data: { stage: 99 } })],
  ['change the schema', (fields) => ({ ...fields, schema: 2 })],
  ['change the position', (fields) => ({ ...fields, seq: Number(fields.seq) + 1 })],
  ['change the version', (fields) => ({ ...fields, version: Number(fields.version) + 1 })],
  ['change the stream', (fields) => ({ ...fields, stream: 'other' })],
  ['add a member', (fields) => ({ ...fields, note: '' })],
);

const named = (name: string, apply: Tampering['apply']): Tampering => ({ name, apply });

const changed = (rows: readonly LedgerRow[], at: number, change: (row: LedgerRow) => Partial<LedgerRow>) =>
  rows.with(at, { ...rows[at]!, ...change(rows[at]!) });

const renumbered = (rows: readonly LedgerRow[]) => rows.map((row, index) => ({ ...row, seq: index + 1 }));

const rewritten = (record: Uint8Array, edit: (fields: Fields) => Fields): Uint8Array =>
  Buffer.from(canonicalize(edit(JSON.parse(textOf(record)) as Fields)));

function flipped(bytes: Uint8Array, offset: number, bits: number): Uint8Array {
  const copy = Buffer.from(bytes);
  copy[offset % copy.length]! ^= bits;
  return copy;
}

function rehashed(rows: readonly LedgerRow[]): readonly LedgerRow[] {
  let hash = genesisHash;
  return rows.map((row) => ({ ...row, hash: Buffer.from((hash = nextHash(hash, row.record))) }));
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
