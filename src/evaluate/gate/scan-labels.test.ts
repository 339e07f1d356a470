import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { TidegateError } from '../../errors.ts';
import type { GoldenRow } from '../golden/golden-row.ts';
import { jsonlRows } from '../golden/jsonl-rows.ts';
import type { GoldenSource } from '../text-lines.ts';
import { scanLabels } from './scan-labels.ts';

const directory = mkdtempSync(join(tmpdir(), 'tidegate-labels-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const path = join(directory, 'golden.jsonl');
const FIELDS = { id: 'id', input: 'input', expected: 'expected', tags: 'tags', weight: 'weight' };

const line = (id: string, more: object = {}): string =>
  JSON.stringify({ id, input: `mail ${id}`, expected: 'spam', ...more });

const rowsOf = async (source: GoldenSource): Promise<GoldenRow[]> => {
  const rows: GoldenRow[] = [];
  for await (const row of jsonlRows(source)) rows.push(row);
  return rows;
};

const refusal = async (content: string | Uint8Array): Promise<TidegateError> => {
  writeFileSync(path, content);
  const error = await scanLabels(path, FIELDS).then(
    () => null,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(TidegateError);
  expect((error as TidegateError).code).toBe('evaluation-unusable');
  return error as TidegateError;
};

it('a sound golden set has a label in each case: a text, a number, true or false', async () => {
  const text = `\ufeff${line('ä€😀')}\r\n\r\n${line('2', { expected: 7, tags: ['x'], weight: 2 })}\n${line('3', { expected: false })}`;
  writeFileSync(path, text);
  expect(await scanLabels(path, FIELDS)).toMatchObject({ cases: 3, withExpected: 3 });
});

it('lines are the same however the bytes are cut', async () => {
  const bytes = Buffer.from(`\ufeff${line('ä€😀')}\r\n\r\n${line('2')}`);
  for (const chunkBytes of [1, 2, 3, 1000]) {
    const source: GoldenSource = {
      name: 'golden.jsonl',
      async *open() {
        for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
      },
    };
    const rows = await rowsOf(source);
    expect(rows).toMatchObject([
      { kind: 'row', line: 1, fields: { id: 'ä€😀' } },
      { kind: 'row', line: 3, fields: { id: '2' } },
    ]);
  }
});

it('a line without end is refused before it fills the memory', async () => {
  const chunk = new Uint8Array(1024 * 1024).fill(97);
  let opened = 0;
  const source: GoldenSource = {
    name: 'huge.jsonl',
    async *open() {
      for (; opened < 1000; opened += 1) yield chunk;
    },
  };
  const rows = await rowsOf(source);
  expect(rows).toMatchObject([{ kind: 'problem', message: expect.stringContaining('longer than 16 MiB') }]);
  expect(opened).toBeLessThan(20);
});

describe('an unusable golden set', () => {
  const cases: [string, string | Uint8Array, number, RegExp][] = [
    ['broken JSON', `${line('1')}\n{"id": "2", "input": }\n`, 2, /is not valid JSON/],
    ['a cut line', `${line('1')}\n{"id": "2", "inp`, 2, /is not valid JSON/],
    ['no id', '{"input": "x", "expected": "y"}', 1, /has no "id"/],
    ['no input', '{"id": "1", "expected": "y"}', 1, /has no "input"/],
    ['no expected', '{"id": "1", "input": "x", "expect": "y"}', 1, /has no "expected"/],
    [
      'a list as label',
      '{"id": "1", "input": "x", "expected": ["y"]}',
      1,
      /has no "expected" that is a label/,
    ],
    ['an empty label', '{"id": "1", "input": "x", "expected": ""}', 1, /has no "expected" that is a label/],
    ['a weight of zero', line('1', { weight: 0 }), 1, /"weight"/],
    ['tags that are none', line('1', { tags: 7 }), 1, /"tags"/],
    ['a list', '[1]', 1, /is not a JSON object/],
    ['a repeated id', `${line('1')}\n${line('2')}\n${line('1')}`, 3, /repeats the id "1" of line 1/],
    ['UTF-16', Buffer.from(`\ufeff${line('1')}\n`, 'utf16le'), 1, /UTF-16; save the file as UTF-8/],
    [
      'Latin-1',
      Buffer.concat([Buffer.from(`${line('1')}\n`), Buffer.from(line('é'), 'latin1')]),
      2,
      /is not valid UTF-8/,
    ],
  ];
  it.each(cases)('%s is refused with its place', async (_, content, at, message) => {
    const error = await refusal(content);
    expect(error.place).toMatchObject({ file: path, line: at });
    expect(error.message).toMatch(message);
    expect(error.message).toContain(`golden.jsonl line ${at}`);
  });

  it('names the column of a wrong byte', async () => {
    const content = Buffer.from('{"id":"\xe9","input":1,"expected":"a"}', 'latin1');
    expect((await refusal(content)).place?.column).toBe(9);
  });

  it('names line 5,017', async () => {
    const lines = Array.from({ length: 6000 }, (_, i) => (i === 5016 ? '{"id": oops' : line(`${i}`)));
    expect((await refusal(lines.join('\n'))).place?.line).toBe(5017);
  });

  it('lists all problems, up to twenty', async () => {
    const two = await refusal(`{}\n${line('1')}\nnull\n`);
    expect(two.data?.problems).toMatchObject([{ line: 1 }, { line: 3 }]);
    expect(two.message).toContain('(and 1 more)');
    const many = await refusal('{}\n'.repeat(100));
    expect(many.data?.problems).toHaveLength(20);
  });

  it.each([[''], ['\n\n'], ['\ufeff']])('no case at all (%j) is refused', async (content) => {
    expect((await refusal(content)).message).toContain('contains no case');
  });
});
