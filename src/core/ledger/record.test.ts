import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalText } from './canonical.ts';
import { readRecord } from './read-record.ts';
import { maxRecordBytes, prepareAppend, recordText } from './record.ts';

const positions = fc.tuple(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), fc.nat());

const contents = fc.record({
  type: fc.string({ minLength: 1, unit: 'binary' }),
  schema: fc.integer({ min: 1, max: 99 }),
  atMs: fc.double({ noNaN: true, noDefaultInfinity: true }),
  actor: fc.string({ minLength: 1, unit: 'binary' }),
  data: fc.jsonValue(),
});

describe('a record', () => {
  it('is the canonical form of all its fields, whatever they hold', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 50, unit: 'binary' }),
        contents,
        positions,
        (stream, event, [seq, version]) => {
          const text = recordText(prepareAppend(stream, 0, [event])[0]!, seq, version);
          expect(text).toBe(canonicalText({ ...event, seq, stream, version }));
          expect(readRecord(text, 'h')).toEqual(
            JSON.parse(JSON.stringify({ ...event, seq, stream, version, hash: 'h' })),
          );
        },
      ),
    );
  });

  it('may be as big as the limit, wherever it comes to stand, and no bigger', () => {
    const sized = (length: number) => ({
      type: 't',
      schema: 1,
      atMs: 1,
      actor: 'a',
      data: 'x'.repeat(length),
    });
    const empty = recordText(
      prepareAppend('s', 0, [sized(0)])[0]!,
      Number.MAX_SAFE_INTEGER,
      Number.MAX_SAFE_INTEGER,
    );
    const room = maxRecordBytes - empty.length;
    expect(prepareAppend('s', 0, [sized(room)])).toHaveLength(1);
    expect(() => prepareAppend('s', 0, [sized(room + 1)])).toThrow(/1048577 bytes/);
  });
});
