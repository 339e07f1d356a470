import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { runInProcess } from '../cli/testing/run-in-process.ts';
import { readDataSchema } from '../config/load-data-schema.ts';
import { inferDataSchema } from './infer-data-schema.ts';
import { writeDataSchema } from './write-data-schema.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidegate-data-'));
});
afterEach(() => rm(directory, { recursive: true }));

const put = (name: string, content: string | Uint8Array) => writeFile(join(directory, name), content);
const run = (...argv: string[]) => runInProcess(['data', ...argv], { cwd: directory });

const SCHEMA = `
columns:
  id: {type: integer, unique: true}
  label: {type: string, oneOf: [ham, spam]}
  score: {type: number, min: 0, max: 1, nulls: 50%}
`;

const ROWS = [
  { id: 1, label: 'ham', score: 0.5 },
  { id: 2, label: 'spam', score: null },
  { id: 3, label: 'ham', score: 1 },
];

const asCsv = (rows: readonly { id: number; label: string; score: number | null }[]): string =>
  ['id,label,score', ...rows.map(({ id, label, score }) => `${id},${label},${score ?? ''}`)].join('\n');

const asJsonl = (rows: readonly object[]): string => rows.map((row) => JSON.stringify(row)).join('\n');

const asParquet = (rows: readonly { id: number; label: string; score: number | null }[]): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'id', data: rows.map(({ id }) => id), type: 'INT32' },
        { name: 'label', data: rows.map(({ label }) => label), type: 'STRING' },
        { name: 'score', data: rows.map(({ score }) => score), type: 'DOUBLE', nullable: true },
      ],
    }),
  );

const WRITERS = { 'rows.csv': asCsv, 'rows.jsonl': asJsonl, 'rows.parquet': asParquet };

describe.each(Object.entries(WRITERS))('tidegate data check %s', (name, write) => {
  it('finds sound data sound', async () => {
    await put('data-schema.yaml', SCHEMA);
    await put(name, write(ROWS));
    expect(await run('check', name)).toEqual({ code: 0, out: `✔ sound   ${name} (3 rows)\n`, err: '' });
  });

  it('names the rows that are not, and exits with 3', async () => {
    await put('data-schema.yaml', SCHEMA);
    await put(name, write([...ROWS, { id: 3, label: 'hum', score: 1.5 }]));
    const { code, out } = await run('check', name);
    const line = name === 'rows.csv' ? 5 : 4;
    expect(code).toBe(3);
    expect(out).toContain('id: 1 value stands in an earlier row already');
    expect(out).toContain(`line ${line}  "hum"`);
    expect(out).toContain('score: 1 value is above 1');
    const { findings } = JSON.parse((await run('check', name, '-o', 'json')).out) as { findings: object[] };
    expect(findings).toHaveLength(3);
    expect(findings[2]).toMatchObject({
      fault: 'above',
      column: 'score',
      count: 1,
      limit: 1,
      cells: [{ line, value: '1.5' }],
    });
  });

  it('is satisfied by the schema that data infer writes', async () => {
    const many = Array.from({ length: 200 }, (_, i) => ({ ...ROWS[i % 3]!, id: i }));
    await put(name, write(many));
    const inferred = await run('infer', name);
    expect(inferred.code).toBe(0);
    expect(parse(inferred.out)).toMatchObject({
      columns: { id: { type: 'integer', unique: true }, label: { oneOf: ['ham', 'spam'] } },
    });
    await put('own.yaml', inferred.out);
    expect((await run('check', name, '--schema', 'own.yaml')).code).toBe(0);
    const { schema } = readDataSchema(inferred.out, 'own.yaml');
    expect(schema).toEqual(await inferDataSchema(join(directory, name)));
    expect(stringify(writeDataSchema(schema!))).toBe(inferred.out);
  });
});

describe('what cannot be used', () => {
  it('rows that cannot be read are findings', async () => {
    await put('data-schema.yaml', 'columns: {id: {type: integer}}\n');
    await put('rows.jsonl', '{"id": 1}\n{"id": 2\n[3]\n{"id": 4}\n');
    const { code, out } = await run('check', 'rows.jsonl', '--rows', '1');
    expect(code).toBe(3);
    expect(out).toContain('2 rows cannot be read\n    line 2  ');
    expect(out).toContain('and 1 more');
    await put('rows.jsonl', Buffer.from([0x7b, 0xff, 0x7d, 0x0a]));
    expect((await run('check', 'rows.jsonl')).out).toContain('is not valid UTF-8');
  });

  it('bytes that are no UTF-8 hide no other row of a CSV', async () => {
    await put('data-schema.yaml', 'columns: {id: {type: integer, max: 2}}\n');
    await put('rows.csv', Buffer.from('id,t\n1,a\n2,b\n9,c\n4,"caf\xe9\n"\n5,d\n', 'latin1'));
    const { out } = await run('check', 'rows.csv');
    expect(out).toContain('1 row cannot be read\n    line 5  is not valid UTF-8\n');
    expect(out).toContain('id: 2 values are above 2\n    line 4  9\n    line 7  5');
    expect(out).not.toContain('no row has anything');
  });

  it('a column that a CSV names twice, of which nobody knows which is meant', async () => {
    await put('data-schema.yaml', 'columns: {id: {type: integer}}\n');
    await put('rows.csv', 'id,t,id\n1,a,2\n');
    const { code, out } = await run('check', 'rows.csv');
    expect(code).toBe(3);
    expect(out).toBe(
      '✘ faulty  rows.csv (1 row)\n  1 row cannot be read\n    line 1  names the column "id" twice\n',
    );
    expect((await run('infer', 'rows.csv')).err).toContain('row 1 names the column "id" twice');
  });

  it('an empty file is too few rows', async () => {
    await put('data-schema.yaml', SCHEMA);
    await put('rows.jsonl', '');
    expect(await run('check', 'rows.jsonl')).toMatchObject({
      code: 3,
      out: expect.stringContaining('0 rows, fewer than 1'),
    });
    expect(await run('infer', 'rows.jsonl')).toMatchObject({
      code: 2,
      err: expect.stringContaining('has no rows'),
    });
  });

  it('files that are not there', async () => {
    expect(await run('check', 'rows.csv')).toMatchObject({
      code: 2,
      err: expect.stringContaining('data-schema.yaml'),
    });
    await put('data-schema.yaml', SCHEMA);
    expect(await run('check', 'rows.csv')).toMatchObject({
      code: 2,
      err: expect.stringContaining('rows.csv does not exist'),
    });
    expect(await run('check', '.')).toMatchObject({ code: 2, err: expect.stringContaining('is not a file') });
    await put('rows.parquet', 'PAR1 and then nothing');
    expect(await run('check', 'rows.parquet')).toMatchObject({
      code: 3,
      out: expect.stringContaining('is not a Parquet file'),
    });
  });

  it.each([
    ['columns: {a: {type: intger}}', '1:21', 'did you mean integer'],
    ['columns: {a: {type: string, min: 1}}', '1:34', 'min is for a column of type integer or number'],
    ['columns: {a: {type: integer, min: 2, max: 1}}', '1:43', '1 is less than min'],
    ["columns: {a: {type: string, pattern: '(?=a)'}}", '1:38', 'lookahead'],
    ["columns: {a: {type: string, pattern: '('}}", '1:38', 'not a regular expression'],
    ['columns: {a: {type: string, uniqe: true}}', '1:29', 'did you mean unique'],
    ['columns: {a: {type: string, nulls: 1}}', '1:36', '1 could mean 1% or 100%'],
  ])('the schema %s', async (text, place, message) => {
    await put('data-schema.yaml', `${text}\n`);
    await put('rows.jsonl', '{"a": "b"}\n');
    const { code, err } = await run('check', 'rows.jsonl');
    expect(code).toBe(2);
    expect(err).toContain(`data-schema.yaml:${place}`);
    expect(err).toContain(message);
  });
});
