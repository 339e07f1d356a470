import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteFile } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';
import type { TidegateError } from '../../errors.ts';
import type { EvaluationCase } from './evaluation-case.ts';
import { goldenCases } from './golden-cases.ts';
import { scanGolden } from './scan-golden.ts';
import { trainingOverlap } from './training-overlap.ts';

const directory = mkdtempSync(join(tmpdir(), 'tidegate-golden-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const FIELDS = { id: 'id', input: 'input', expected: 'expected', tags: 'tags', weight: 'weight' };
let files = 0;
const file = (ending: string, content: string | Uint8Array): string => {
  files += 1;
  const path = join(directory, `golden-${files}.${ending}`);
  writeFileSync(path, content);
  return path;
};
const jsonl = (rows: readonly unknown[]): string =>
  file('jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
const scan = (path: string, limit: number | null = null) => scanGolden(path, { fields: FIELDS, limit });
const refusal = async (path: string): Promise<TidegateError> => {
  try {
    await scan(path);
  } catch (error) {
    return error as TidegateError;
  }
  throw new Error('nothing was refused');
};
const allOf = async (path: string): Promise<EvaluationCase[]> => {
  const cases: EvaluationCase[] = [];
  for await (const one of goldenCases(path, FIELDS)) cases.push(one);
  return cases;
};

describe('a golden set', () => {
  it('has the same digest in JSON lines, CSV and Parquet', async () => {
    const rows = [
      { id: 'a', input: 'one, two', expected: '"3"', tags: ['x', 'y'], weight: 2, city: 'Köln' },
      { id: 'b', input: 'two\nlines', expected: 'no', tags: [], weight: 1, city: 'Bonn' },
    ];
    const csv = file(
      'csv',
      '\ufeffid,input,expected,tags,weight,city\r\na,"one, two","""3""",x;y,2,Köln\r\nb,"two\nlines",no,,,Bonn\r\n',
    );
    const parquet = join(directory, 'same.parquet');
    parquetWriteFile({
      filename: parquet,
      columnData: [
        { name: 'id', data: ['a', 'b'], type: 'STRING' },
        { name: 'input', data: rows.map(({ input }) => input), type: 'STRING' },
        { name: 'expected', data: rows.map(({ expected }) => expected), type: 'STRING' },
        { name: 'tags', data: ['x;y', ''], type: 'STRING' },
        { name: 'weight', data: [2, 1], type: 'DOUBLE' },
        { name: 'city', data: ['Köln', 'Bonn'], type: 'STRING' },
      ],
      rowGroupSize: [1, 1],
    });
    const found = await Promise.all([jsonl(rows), csv, parquet].map((path) => scan(path)));
    expect(found[0]).toMatchObject({ cases: 2, withExpected: 2, findings: [] });
    expect(found[1]!.digest).toBe(found[0]!.digest);
    expect(found[2]!.digest).toBe(found[0]!.digest);
    expect(await allOf(csv)).toEqual(await allOf(parquet));
  });

  it('changes its digest with any part of any case', async () => {
    const base = { id: 'a', input: 'x', expected: 'y', tags: ['t'], weight: 1, note: 'n' };
    const variants = [
      base,
      { ...base, input: 'z' },
      { ...base, expected: 'z' },
      { ...base, tags: [] },
      { ...base, weight: 2 },
      { ...base, note: 'm' },
    ];
    const digests = await Promise.all(variants.map(async (row) => (await scan(jsonl([row]))).digest));
    expect(new Set(digests).size).toBe(variants.length);
  });

  it('keeps every other field as metadata, and reads whole numbers as ids', async () => {
    const path = jsonl([{ id: 7, input: { q: 1 }, metadata: { a: 1 }, b: [2] }]);
    expect(await allOf(path)).toEqual([
      {
        id: '7',
        input: { q: 1 },
        expected: null,
        tags: [],
        weight: 1,
        metadata: { a: 1, b: [2] },
        position: 0,
      },
    ]);
  });

  it('names line and column of what is broken, and the fields of a case that lacks one', async () => {
    const lines = Array.from({ length: 5_016 }, (_, i) => JSON.stringify({ id: `${i}`, input: `${i}` }));
    const broken = file(
      'jsonl',
      [...lines, '{"id":"x","input": tru }', '{"id":"y","question":"q"}'].join('\n'),
    );
    const { message, place, data } = await refusal(broken);
    expect(place).toMatchObject({ line: 5_017, column: 20 });
    expect(message).toContain('line 5017 is not valid JSON');
    expect(data!.problems).toHaveLength(2);
    expect(JSON.stringify(data!.problems)).toContain('has no \\"input\\" (it has \\"id\\", \\"question\\")');
  });

  it('says once that a file is a list, or has its objects over several lines, and of an input that it is null', async () => {
    for (const content of [
      '[\n {"id":"a","input":"x"}\n]\n',
      '{\n "id": "a",\n "input": "x"\n}\n',
      '{"id":"a",\n',
    ]) {
      const { message, data } = await refusal(file('jsonl', content));
      expect(message).toContain('line 1 is not a JSON object: one whole object a line is wanted');
      expect(data!.problems).toHaveLength(1);
    }
    expect((await refusal(jsonl([{ id: 'a', input: null }]))).message).toContain(
      'has "input", which is null',
    );
  });

  it('names the line of an id that occurs twice', async () => {
    const { message } = await refusal(
      jsonl([
        { id: 'a', input: 'x' },
        { id: 'a', input: 'y' },
      ]),
    );
    expect(message).toContain('line 2 repeats the id "a" of line 1');
  });

  it.each([
    ['invalid UTF-8 in JSON lines', 'jsonl', Buffer.from([0x7b, 0xff, 0x7d]), { line: 1, column: 2 }],
    [
      'invalid UTF-8 in CSV',
      'csv',
      Buffer.concat([Buffer.from('id,input\na,x\nb,'), Buffer.from([0xe9]), Buffer.from('\nc,z\n')]),
      { line: 3, column: 4 },
    ],
    ['a CSV record with a field too many', 'csv', 'id,input\na,x\nb,y,z\n', { line: 3 }],
    ['a CSV column named twice', 'csv', 'id,input,input\na,x,y\n', { line: 1 }],
    ['a CSV quotation without an end', 'csv', 'id,input\na,x\nb,"y\nc,z\n', { line: 3 }],
    ['something that is no Parquet', 'parquet', 'id,input\n', { line: 1 }],
  ])('refuses %s with its place', async (_, ending, content, place) => {
    expect((await refusal(file(ending, content))).place).toMatchObject(place);
  });

  it('reports inputs that occur twice, contradictions and empty fields', async () => {
    const path = jsonl([
      { id: 'a', input: 'What is 2+2?', expected: '4' },
      { id: 'b', input: 'what  is 2+2?', expected: '4' },
      { id: 'c', input: 'What is 2+2?', expected: '5' },
      { id: 'd', input: 'What is 2-2?', expected: '0' },
      { id: 'e', input: '', expected: '0' },
    ]);
    const { counts, findings } = await scan(path);
    expect(counts).toEqual({ 'duplicate-input': 1, contradiction: 1, empty: 1, 'in-training-data': 0 });
    expect(findings.map(({ id, kind }) => [id, kind])).toEqual([
      ['b', 'duplicate-input'],
      ['c', 'contradiction'],
      ['e', 'empty'],
    ]);
  });

  it('reads only as many cases as it may', async () => {
    const path = jsonl([{ id: 'a', input: 'x' }, { id: 'b', input: 'y' }, { id: 'c' }]);
    expect((await scan(path, 2)).cases).toBe(2);
  });
});

describe('cases that are in the training data', () => {
  it('are found exactly and nearly, and others are not', async () => {
    const sentence = 'The quick brown fox jumps over the lazy dog near the river bank at dawn';
    const golden = jsonl([
      { id: 'exact', input: `${sentence}!` },
      { id: 'near', input: 'Please translate this sentence about shipping delays in the harbour of Hamburg' },
      { id: 'far', input: 'An entirely different question about the boiling point of ethanol' },
      { id: 'short', input: 'yes please' },
    ]);
    const training = jsonl([
      { input: sentence.toUpperCase() },
      { input: 'Please translate this sentence about shipping delays in the harbour of Homburg' },
      { input: 'yes pleasx' },
      { other: 1 },
    ]);
    const overlap = trainingOverlap(training, FIELDS);
    await scanGolden(golden, { fields: FIELDS, limit: null, onCase: overlap.add });
    const { findings, unreadable } = await overlap.search();
    expect(findings.map(({ id }) => id)).toEqual(['exact', 'near']);
    expect(findings[0]!.message).toBe('also stands in the training data, line 1');
    expect(unreadable).toBe(1);
  });
});
