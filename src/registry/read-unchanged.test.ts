import { appendFileSync, mkdirSync, renameSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readUnchanged, retryWhenChanged } from './read-unchanged.ts';

const size = 3_000_000;
let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidegate-read-'));
  path = join(directory, 'model.bin');
  await writeFile(path, new Uint8Array(size));
  await utimes(path, 1, 1);
});
afterEach(async () => {
  for (const each of [directory, `${directory}.old`]) await rm(each, { recursive: true, force: true });
});

const read = async (meddle: () => void): Promise<number> => {
  let bytes = 0;
  for await (const piece of readUnchanged(path)) {
    if (bytes === 0) meddle();
    bytes += piece.length;
  }
  return bytes;
};

test('a file that nobody touches is read', async () => {
  expect(await read(() => {})).toBe(size);
});

test.each<[string, () => void]>([
  ['longer', () => appendFileSync(path, 'x')],
  ['shorter', () => truncateSync(path, 2_000_000)],
  ['other bytes', () => writeFileSync(path, new Uint8Array(size).fill(1))],
  [
    'other bytes, its time set back',
    () => {
      writeFileSync(path, new Uint8Array(size).fill(1));
      utimesSync(path, 1, 1);
    },
  ],
  [
    'another file under its name',
    () => {
      writeFileSync(`${path}.new`, new Uint8Array(size));
      utimesSync(`${path}.new`, 1, 1);
      renameSync(`${path}.new`, path);
    },
  ],
  [
    'another file, its directory having been replaced',
    () => {
      renameSync(directory, `${directory}.old`);
      mkdirSync(directory);
      writeFileSync(path, new Uint8Array(size));
      utimesSync(path, 1, 1);
    },
  ],
])('a file that becomes %s meanwhile is noticed', async (_what, meddle) => {
  await expect(read(meddle)).rejects.toMatchObject({ code: 'seal-failed', data: { changed: path } });
});

test('what changed is tried three times, what failed otherwise once', async () => {
  let attempts = 0;
  const settles = () => read(() => (++attempts < 3 ? appendFileSync(path, 'x') : undefined));
  expect(await retryWhenChanged(settles)).toBe(size + 2);
  attempts = 0;
  const never = () =>
    read(() => {
      attempts += 1;
      appendFileSync(path, 'x');
    });
  await expect(retryWhenChanged(never)).rejects.toMatchObject({ code: 'seal-failed' });
  expect(attempts).toBe(3);
  attempts = 0;
  const fails = async () => {
    attempts += 1;
    throw new Error('other');
  };
  await expect(retryWhenChanged(fails)).rejects.toThrow('other');
  expect(attempts).toBe(1);
});
