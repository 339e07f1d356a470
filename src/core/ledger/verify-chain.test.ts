import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalize } from './canonical.ts';
import { genesisHash, hexOf, nextHash } from './chain.ts';
import { isSame, type LedgerRow, rowsOf, tamperings } from './testing/tampering.ts';
import { type Anchor, verifyChain } from './verify-chain.ts';

const rows = rowsOf(
  Array.from({ length: 12 }, (_, index) => `environment:${['production', 'staging'][index % 2]}`),
);
const anchorAt = (seq: number): Anchor => ({
  seq,
  hash: hexOf(rows[seq - 1]?.hash ?? genesisHash),
  source: 'the checkpoint',
});
const whole = [anchorAt(rows.length)];

/** The chain made again over changed records, as somebody would who knows how it works. */
const chained = (records: readonly LedgerRow[]): readonly LedgerRow[] => {
  let hash = genesisHash;
  return records.map((row) => {
    hash = nextHash(hash, row.record);
    return { ...row, hash };
  });
};

const withFields = (row: LedgerRow, change: Record<string, unknown>): LedgerRow => ({
  ...row,
  record: canonicalize({ ...JSON.parse(Buffer.from(row.record).toString()), ...change }),
});

describe('verifying a chain', () => {
  it('finds nothing wrong with a sound one', () => {
    expect(verifyChain(rows, whole)).toEqual({ ok: true, events: 12, hash: hexOf(rows[11]!.hash) });
    expect(verifyChain([], [anchorAt(0)])).toEqual({ ok: true, events: 0, hash: '0'.repeat(64) });
    expect(verifyChain(rows, [anchorAt(0), anchorAt(5), anchorAt(12)])).toMatchObject({ ok: true });
  });

  it('starts the chain at 32 zero bytes and hashes the hash before, then the record', () => {
    // printf '\0%.0s' {1..32} | cat - <(printf '{}') | sha256sum
    expect(hexOf(nextHash(genesisHash, Buffer.from('{}')))).toBe(
      'fb1634c4e6cd4b1f1afe3ce2d6ef080f7ac5d1f357d723ad4dfca782733b62db',
    );
  });

  it.each<[string, string, number, readonly LedgerRow[]]>([
    ['an edited record', 'edited', 4, rows.with(3, withFields(rows[3]!, { actor: 'somebody' }))],
    ['a changed hash', 'edited', 12, rows.with(11, { ...rows[11]!, hash: new Uint8Array(32) })],
    ['a column of another type', 'edited', 2, rows.with(1, { ...rows[1]!, record: 'text' as never })],
    ['a stream column that differs', 'edited', 2, rows.with(1, { ...rows[1]!, stream: 'other' })],
    ['a removed record', 'missing', 4, rows.toSpliced(3, 1)],
    ['a removed first record', 'missing', 1, rows.slice(1)],
    [
      'swapped records',
      'reordered',
      4,
      rows.with(3, { ...rows[4]!, seq: 4 }).with(4, { ...rows[3]!, seq: 5 }),
    ],
    ['a cut tail', 'truncated', 11, rows.slice(0, 10)],
    ['an emptied ledger', 'truncated', 1, []],
    [
      'a record rewritten with all hashes after it',
      'checkpoint-mismatch',
      12,
      chained(rows.with(3, withFields(rows[3]!, { actor: 'x' }))),
    ],
  ])('finds %s: %s at %d', (_name, reason, seq, found) => {
    expect(verifyChain(found, whole)).toMatchObject({ ok: false, reason, seq });
  });

  it('finds bytes that are not canonical although their hashes are right', () => {
    const record = Buffer.from(Buffer.from(rows[3]!.record).toString().replace('{', '{ '));
    expect(verifyChain(chained(rows.with(3, { ...rows[3]!, record })), [])).toMatchObject({
      reason: 'not-canonical',
      seq: 4,
    });
  });

  it('finds a stream that skips or repeats a version although the hashes are right', () => {
    const numbered = (version: number) =>
      chained(rows.with(4, { ...withFields(rows[4]!, { version }), version }));
    expect(verifyChain(numbered(3), [])).toMatchObject({ reason: 'missing', seq: 5 });
    expect(verifyChain(numbered(1), [])).toMatchObject({ reason: 'reordered', seq: 5 });
  });

  it('finds every tampering, and says where at the latest', () => {
    fc.assert(
      fc.property(tamperings(rows.length), (tampering) => {
        const found = tampering.apply(rows);
        fc.pre(!isSame(found, rows));
        const verdict = verifyChain(found, whole);
        expect(verdict, tampering.name).toMatchObject({ ok: false });
        const same = found.findIndex((row, index) => !isSame([row], [rows[index]!]));
        const firstDifference = (same === -1 ? found.length : same) + 1;
        expect(!verdict.ok && verdict.seq, tampering.name).toBeGreaterThanOrEqual(firstDifference);
      }),
      { numRuns: 500 },
    );
  });
});
