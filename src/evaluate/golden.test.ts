import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TidegateError } from '../errors.ts';
import { checkGolden, goldenFile, readGolden } from './golden.ts';
import type { GoldenSource } from './text-lines.ts';

const bytesSource = (content: string | Uint8Array, chunkBytes = 7): GoldenSource => {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return {
    name: 'sets/golden.jsonl',
    async *open() {
      for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
    },
  };
};

const line = (id: string, more: object = {}): string =>
  JSON.stringify({ id, input: `mail ${id}`, expected: 'spam', ...more });

const refusal = async (source: GoldenSource): Promise<TidegateError> => {
  const error = await checkGolden(source).then(
    () => null,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(TidegateError);
  expect((error as TidegateError).code).toBe('evaluation-unusable');
  return error as TidegateError;
};

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

describe('a sound golden set', () => {
  it('yields its cases with defaults, over byte order mark, CRLF, blank lines and cut characters', async () => {
    const text = `\ufeff${line('ä€😀')}\r\n\r\n${line('2', { expected: 7, tags: ['x'], weight: 2, mine: 1 })}\n${line('3', { expected: true, input: { a: [1] } })}`;
    for (const chunkBytes of [1, 2, 3, 1000]) {
      expect(await collect(readGolden(bytesSource(text, chunkBytes)))).toEqual([
        { id: 'ä€😀', input: 'mail ä€😀', expected: 'spam', tags: [], weight: 1 },
        { id: '2', input: 'mail 2', expected: '7', tags: ['x'], weight: 2 },
        { id: '3', input: { a: [1] }, expected: 'true', tags: [], weight: 1 },
      ]);
    }
  });

  it('is named by the digest of its bytes, and another digest is refused', async () => {
    const text = `${line('1')}\n${line('2')}\n`;
    const digest = `sha256:${createHash('sha256').update(text).digest('hex')}` as const;
    expect(await checkGolden(bytesSource(text))).toEqual({ digest, cases: 2 });
    expect(await collect(readGolden(bytesSource(text), digest))).toHaveLength(2);
    const other = `sha256:${'0'.repeat(64)}` as const;
    await expect(collect(readGolden(bytesSource(text), other))).rejects.toMatchObject({
      code: 'evaluation-unusable',
      message: expect.stringContaining('not the golden set that was sealed'),
    });
  });
});

describe('an unusable golden set', () => {
  const cases: [string, string | Uint8Array, number, RegExp][] = [
    ['broken JSON', `${line('1')}\n{"id": "2", "input": }\n`, 2, /is not valid JSON/],
    ['a cut line', `${line('1')}\n{"id": "2", "inp`, 2, /is not valid JSON/],
    ['no id', '{"input": "x", "expected": "y"}', 1, /has no "id"/],
    ['no input', '{"id": "1", "expected": "y"}', 1, /has no "input"/],
    ['no expected', '{"id": "1", "input": "x", "expect": "y"}', 1, /has no "expected"/],
    ['a list as label', '{"id": "1", "input": "x", "expected": ["y"]}', 1, /is not a label/],
    ['an empty label', '{"id": "1", "input": "x", "expected": ""}', 1, /is not a label/],
    ['a weight of zero', line('1', { weight: 0 }), 1, /"weight"/],
    ['tags as text', line('1', { tags: 'x' }), 1, /"tags"/],
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
    const error = await refusal(bytesSource(content));
    expect(error.place).toMatchObject({ file: 'sets/golden.jsonl', line: at });
    expect(error.message).toMatch(message);
    expect(error.message).toContain(`golden.jsonl line ${at}`);
    await expect(collect(readGolden(bytesSource(content)))).rejects.toMatchObject({ place: { line: at } });
  });

  it('names the column of a wrong byte', async () => {
    const content = Buffer.from('{"id":"\xe9","input":1,"expected":"a"}', 'latin1');
    expect((await refusal(bytesSource(content))).place?.column).toBe(9);
  });

  it('names line 5,017', async () => {
    const lines = Array.from({ length: 6000 }, (_, i) => (i === 5016 ? '{"id": oops' : line(`${i}`)));
    expect((await refusal(bytesSource(lines.join('\n'), 65536))).place?.line).toBe(5017);
  });

  it('lists all problems, up to twenty', async () => {
    const two = await refusal(bytesSource(`{}\n${line('1')}\nnull\n`));
    expect(two.data?.problems).toMatchObject([{ line: 1 }, { line: 3 }]);
    expect(two.message).toContain('(and 1 more)');
    const many = await refusal(bytesSource('{}\n'.repeat(100)));
    expect(many.data?.problems).toHaveLength(20);
  });

  it.each([[''], ['\n\n'], ['\ufeff']])('no case at all (%j) is refused', async (content) => {
    expect((await refusal(bytesSource(content))).message).toContain('contains no case');
    await expect(collect(readGolden(bytesSource(content)))).rejects.toThrow('contains no case');
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
    expect((await refusal(source)).message).toContain('longer than 16 MiB');
    expect(opened).toBeLessThan(20);
  });
});

describe('a file', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'golden-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('is read', async () => {
    const path = join(directory, 'golden.jsonl');
    await writeFile(path, `${line('1')}\n`);
    expect(await checkGolden(goldenFile(path))).toMatchObject({ cases: 1 });
  });

  it('that is missing, or a directory, is said to be so', async () => {
    expect((await refusal(goldenFile(join(directory, 'none.jsonl')))).message).toContain('does not exist');
    expect((await refusal(goldenFile(directory))).message).toContain('is a directory');
  });
});
