import { parseCanonical } from './canonical.ts';
import { genesisHash, hexOf, nextHash } from './chain.ts';

export type LedgerDefect =
  | 'edited'
  | 'missing'
  | 'reordered'
  | 'not-canonical'
  | 'truncated'
  | 'checkpoint-mismatch';

/** A row as it was found. Nothing about it is believed, not even the types of its columns. */
export interface FoundRow {
  readonly seq: unknown;
  readonly stream: unknown;
  readonly version: unknown;
  readonly record: unknown;
  readonly hash: unknown;
}

/** A hash the ledger is known to have had at a place, from outside the ledger. */
export interface Anchor {
  readonly seq: number;
  /** 64 hexadecimal digits. */
  readonly hash: string;
  /** Who knows it, for the sentence about a mismatch: `the checkpoint`. */
  readonly source: string;
}

export type ChainVerdict =
  | { readonly ok: true; readonly events: number; readonly hash: string }
  | { readonly ok: false; readonly seq: number; readonly reason: LedgerDefect; readonly detail: string };

/**
 * Checks rows in the order of `seq` against each other and against anchors; stops at the first defect and names its place.
 * Somebody who rewrites a record and every hash after it is found by an anchor at or behind that record, and by nothing else.
 */
export function verifyChain(rows: Iterable<FoundRow>, anchors: readonly Anchor[]): ChainVerdict {
  const versions = new Map<string, number>();
  let seq = 0;
  let hash = genesisHash;
  const genesisDefect = anchorDefect(anchors, seq, hash);
  if (genesisDefect) return genesisDefect;
  for (const row of rows) {
    seq += 1;
    const checked = checkRow(row, seq, hash, versions);
    if (!checked.ok) return { ...checked, seq };
    hash = checked.hash;
    const defect = anchorDefect(anchors, seq, hash);
    if (defect) return defect;
  }
  const beyond = anchors.find((anchor) => anchor.seq > seq);
  if (beyond)
    return {
      ok: false,
      seq: seq + 1,
      reason: 'truncated',
      detail: `ends at ${seq}, but ${beyond.source} knows record ${beyond.seq}`,
    };
  return { ok: true, events: seq, hash: hexOf(hash) };
}

type RowVerdict =
  | { readonly ok: true; readonly hash: Uint8Array }
  | { readonly ok: false; readonly reason: LedgerDefect; readonly detail: string };

const defect = (reason: LedgerDefect, detail: string): RowVerdict => ({ ok: false, reason, detail });

function checkRow(
  row: FoundRow,
  seq: number,
  previousHash: Uint8Array,
  versions: Map<string, number>,
): RowVerdict {
  if (row.seq !== seq)
    return defect('missing', `record ${seq} is not there; the next one is ${String(row.seq)}`);
  if (!(row.record instanceof Uint8Array) || !(row.hash instanceof Uint8Array))
    return defect('edited', 'a column has another type');
  const hash = nextHash(previousHash, row.record);
  const reading = parseCanonical(row.record);
  if (hexOf(hash) !== hexOf(row.hash)) {
    const own = reading.ok ? field(reading.value, 'seq') : undefined;
    return typeof own === 'number' && own !== seq
      ? defect('reordered', `the record at ${seq} says that it is record ${own}`)
      : defect('edited', 'the hash does not follow from the record and the hash before it');
  }
  if (!reading.ok) return defect('not-canonical', reading.detail);
  for (const column of ['seq', 'stream', 'version'] as const) {
    if (field(reading.value, column) !== row[column])
      return defect('edited', `the column ${column} differs from the record`);
  }
  return checkVersion(String(row.stream), Number(row.version), versions) ?? { ok: true, hash };
}

function checkVersion(stream: string, version: number, versions: Map<string, number>): RowVerdict | null {
  const expected = versions.get(stream) ?? 0;
  versions.set(stream, expected + 1);
  if (version === expected) return null;
  return defect(
    version > expected ? 'missing' : 'reordered',
    `${stream} goes on with event ${version} instead of ${expected}`,
  );
}

function anchorDefect(anchors: readonly Anchor[], seq: number, hash: Uint8Array): ChainVerdict | null {
  const broken = anchors.find((anchor) => anchor.seq === seq && anchor.hash !== hexOf(hash));
  if (!broken) return null;
  return {
    ok: false,
    seq,
    reason: 'checkpoint-mismatch',
    detail: `the hash differs from the one ${broken.source} knows`,
  };
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
