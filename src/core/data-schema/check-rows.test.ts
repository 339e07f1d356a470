import { describe, expect, it } from 'vitest';
import { checkRows } from './check-rows.ts';
import type { DataFinding } from './data-finding.ts';
import type { ColumnRule, DataSchema } from './data-schema.ts';
import { fingerprintSet } from './fingerprint-set.ts';
import { inferSchema } from './infer-schema.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

const rule = (given: Partial<ColumnRule>): ColumnRule => ({
  name: 'x',
  type: 'any',
  mostNullsShare: 0,
  least: null,
  greatest: null,
  leastLength: null,
  mostLength: null,
  pattern: null,
  oneOf: null,
  isUnique: false,
  newestWithinMs: null,
  eachWithinMs: null,
  ...given,
});

const schema = (given: Partial<DataSchema>): DataSchema => ({
  rows: { least: 0, most: Number.POSITIVE_INFINITY },
  nullWords: [],
  columns: [],
  otherColumns: 'allow',
  ...given,
});

/** What is wrong with one column of these values. */
const findings = (
  given: Partial<ColumnRule>,
  values: readonly unknown[],
  isText = false,
  more: Partial<DataSchema> = {},
): readonly DataFinding[] => {
  const options = { nowMs: NOW, isText, mostCells: 3 };
  const check = checkRows(schema({ columns: [rule(given)], ...more }), options);
  values.forEach((value, i) => {
    check.add({ line: i + 1, fields: value === undefined ? {} : { x: value } });
  });
  return check.finish().findings;
};

const faults = (...given: Parameters<typeof findings>): string[] =>
  findings(...given).map(({ fault, count }) => `${fault} ${count}`);

describe('types', () => {
  it.each<[ColumnRule['type'], unknown[], unknown[]]>([
    ['string', ['', 'a'], [1, true, {}]],
    ['integer', [0, -3, 1e15, '12345678901234567890'], [1.5, '12', 'a', true]],
    ['number', [0, -3.5, 1e300], ['1', true, []]],
    ['boolean', [true, false], ['true', 0]],
    [
      'timestamp',
      ['2026-11-21', '2024-02-29T10:00', '2026-11-21 10:00:00.5+01:00', '2026-11-21T10:00:00Z'],
      ['2026-02-30', '2026-13-01', '21.11.2026', 1_790_000_000, '2026-11-21T25:00Z'],
    ],
    ['any', [1, 'a', {}, []], []],
  ])('%s', (type, good, bad) => {
    expect(faults({ type }, good)).toEqual([]);
    expect(faults({ type }, bad)).toEqual(bad.length === 0 ? [] : [`type ${bad.length}`]);
  });

  it('are read from text in files that know nothing else', () => {
    const isText = true;
    expect(faults({ type: 'integer' }, ['1', '-2', '+3'], isText)).toEqual([]);
    expect(faults({ type: 'integer' }, ['1.0', '1e3', ' 1', '0x1', '١'], isText)).toEqual(['type 5']);
    expect(faults({ type: 'number' }, ['1', '-2.5', '.5', '1e-3'], isText)).toEqual([]);
    expect(faults({ type: 'number' }, ['1,5', 'NaN', 'Infinity', '1e', ''], isText)).toEqual(['type 5']);
    expect(faults({ type: 'boolean' }, ['true', 'False'], isText)).toEqual([]);
    expect(faults({ type: 'boolean' }, ['yes', '1'], isText)).toEqual(['type 2']);
  });
});

describe('values', () => {
  it('lie in a range, both ends included', () => {
    expect(faults({ type: 'number', least: 0, greatest: 1 }, [0, 1, 0.5])).toEqual([]);
    expect(faults({ type: 'number', least: 0, greatest: 1 }, [-0.1, 1.1, 2])).toEqual(['below 1', 'above 2']);
  });

  it('have a length in characters and match a pattern', () => {
    expect(faults({ type: 'string', mostLength: 2 }, ['ab', '🙂🙂', 'abc'])).toEqual(['too-long 1']);
    expect(faults({ type: 'string', leastLength: 1 }, ['', 'a'])).toEqual(['too-short 1']);
    expect(faults({ type: 'string', pattern: '^[a-z]+$' }, ['abc', 'aBc'])).toEqual(['pattern 1']);
  });

  it('are among those allowed', () => {
    expect(faults({ type: 'string', oneOf: ['a', 'b'] }, ['a', 'c'])).toEqual(['category 1']);
    expect(faults({ type: 'integer', oneOf: [1, 2] }, ['1', '02', '3'], true)).toEqual(['category 1']);
  });

  it('stand once where they have to, with the place of the first', () => {
    const [finding] = findings({ isUnique: true }, ['a', 'b', 'a', 1, 'a']);
    expect(finding).toMatchObject({ fault: 'duplicate', count: 2 });
    expect(finding!.cells).toEqual([
      { line: 3, value: '"a"', firstLine: 1 },
      { line: 5, value: '"a"', firstLine: 1 },
    ]);
  });

  it('name the first rows only, and cut what is long', () => {
    const [finding] = findings(
      { type: 'integer' },
      Array.from({ length: 9 }, () => 'x'.repeat(100)),
    );
    expect(finding).toMatchObject({ count: 9 });
    expect(finding!.cells.map(({ line }) => line)).toEqual([1, 2, 3]);
    expect(finding!.cells[0]!.value).toHaveLength(80);
  });
});

describe('nulls', () => {
  it('are null, a field that is not there and the words for it', () => {
    expect(faults({}, [null, undefined, 1])).toEqual(['nulls 2']);
    expect(faults({ type: 'number' }, ['NA', '', '1'], true, { nullWords: ['NA', ''] })).toEqual(['nulls 2']);
  });

  it('may be as many as the share says', () => {
    const values = Array.from({ length: 100 }, (_, i) => (i < 5 ? null : 1));
    expect(faults({ mostNullsShare: 0.05 }, values)).toEqual([]);
    expect(findings({ mostNullsShare: 0.04 }, values)[0]).toMatchObject({
      fault: 'nulls',
      limit: 0.04,
      found: 0.05,
    });
  });

  it('in all rows mean that the column is missing, unless all may be', () => {
    expect(faults({ mostNullsShare: 0.5 }, [undefined, undefined])).toEqual(['missing-column 2']);
    expect(faults({ mostNullsShare: 1 }, [undefined, undefined])).toEqual([]);
  });
});

describe('freshness', () => {
  const day = 86_400_000;
  it('is asked of the newest row', () => {
    const newestWithinMs = day;
    expect(faults({ type: 'timestamp', newestWithinMs }, ['2020-01-01', '2026-11-21T00:00Z'])).toEqual([]);
    expect(findings({ type: 'timestamp', newestWithinMs }, ['2026-11-20T11:00Z'])[0]).toMatchObject({
      fault: 'stale',
      found: 25 * 3_600_000,
    });
    // A date that is still to come shows nothing.
    expect(faults({ type: 'timestamp', newestWithinMs }, ['2027-01-01'])).toEqual(['future 1', 'stale 0']);
  });

  it('or of each', () => {
    expect(faults({ type: 'timestamp', eachWithinMs: day }, ['2026-11-19', '2026-11-21'])).toEqual(['old 1']);
  });
});

it('rows are counted, those that cannot be read as well, and columns nobody named are refused where that is asked', () => {
  const check = checkRows(
    schema({ rows: { least: 3, most: 5 }, otherColumns: 'refuse', columns: [rule({})] }),
    {
      nowMs: NOW,
      isText: false,
      mostCells: 1,
    },
  );
  check.add({ line: 1, fields: { x: 1, y: 2, toString: 3 } });
  check.addUnreadable(2, 'is not JSON');
  const report = check.finish();
  expect(report.rows).toBe(2);
  expect(report.isSound).toBe(false);
  expect(report.findings.map(({ fault, column }) => `${fault} ${column}`)).toEqual([
    'unreadable null',
    'too-few-rows null',
    'unknown-column y',
    'unknown-column toString',
  ]);
});

describe('an inferred schema', () => {
  const rows = (n: number) =>
    Array.from({ length: n }, (_, i) => ({
      id: `k${i}`,
      age: 20 + (i % 40),
      score: (i % 10) / 10,
      label: i % 3 === 0 ? 'spam' : 'ham',
      text: `text ${i % 150} and so on`,
      seen: '2026-11-20T00:00:00Z',
      note: i % 50 === 0 ? null : 'x',
      mixed: i % 2 === 0 ? 1 : 'one',
    }));
  const inferred = (given: readonly Record<string, unknown>[], isText = false): DataSchema => {
    const inference = inferSchema({ isText });
    given.forEach((fields, i) => {
      inference.add({ line: i + 1, fields });
    });
    return inference.finish();
  };
  const verdict = (of: DataSchema, given: readonly Record<string, unknown>[]) => {
    const check = checkRows(of, { nowMs: NOW, isText: false, mostCells: 1 });
    given.forEach((fields, i) => {
      check.add({ line: i + 1, fields });
    });
    return check.finish().findings.map(({ fault, column }) => `${fault} ${column}`);
  };

  it('finds types, ranges with room, categories, keys and shares of nulls', () => {
    const columns = Object.fromEntries(inferred(rows(300)).columns.map((column) => [column.name, column]));
    expect(columns.id).toMatchObject({ type: 'string', isUnique: true, mostLength: 8 });
    expect(columns.age).toMatchObject({ type: 'integer', least: 0, greatest: 98, isUnique: false });
    expect(columns.score).toMatchObject({ type: 'number', least: 0, greatest: 1 });
    expect(columns.label).toMatchObject({ type: 'string', oneOf: ['ham', 'spam'] });
    expect(columns.text).toMatchObject({ type: 'string', oneOf: null, leastLength: 1, isUnique: false });
    expect(columns.seen!.type).toBe('timestamp');
    expect(columns.note!.mostNullsShare).toBeCloseTo(0.044, 3);
    expect(columns.mixed!.type).toBe('any');
  });

  it('takes digits with a zero before them for texts, and keeps shares between 0 and 1', () => {
    const given = ['00012', '10115', '99999'].map((zip, i) => ({ zip, score: `${i / 2}`, share: '0.5' }));
    const columns = Object.fromEntries(inferred(given, true).columns.map((column) => [column.name, column]));
    expect(columns.zip).toMatchObject({ type: 'string', least: null });
    for (const name of ['score', 'share'])
      expect(columns[name]).toMatchObject({ type: 'number', least: 0, greatest: 1 });
  });

  it('is satisfied by what it was inferred from, and not by something else', () => {
    const given = inferred(rows(300));
    expect(verdict(given, rows(300))).toEqual([]);
    expect(
      verdict(
        given,
        rows(300).map((row) => ({ ...row, age: row.age * 100 })),
      ),
    ).toEqual(['above age']);
    expect(
      verdict(
        given,
        rows(300).map((row) => ({ ...row, label: 'other' })),
      ),
    ).toEqual(['category label']);
    expect(verdict(given, [...rows(300), ...rows(1)])).toEqual(['duplicate id']);
  });
});

it('a fingerprint set knows each of a hundred thousand texts again, and no other', () => {
  const set = fingerprintSet();
  for (let i = 1; i <= 100_000; i += 1) expect(set.add(`row ${i}`, i)).toBeNull();
  for (let i = 1; i <= 100_000; i += 997) expect(set.add(`row ${i}`, 0)).toBe(i);
});
