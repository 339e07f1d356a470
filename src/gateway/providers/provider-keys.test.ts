import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { until } from '../testing/harness.ts';
import { openProviderKeys } from './provider-keys.ts';

it('follows a variable and a file, and keeps a key while its file is being replaced', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'tidegate-keys-'));
  const file = path.join(directory, 'key');
  const reference = `file:${file}`;
  const environment: Record<string, string | undefined> = { KEY: 'one' };
  let nowMs = 0;
  const keys = openProviderKeys(environment, () => nowMs);
  expect(keys.of('env:KEY')).toBe('one');
  environment.KEY = 'two';
  expect(keys.of('env:KEY')).toBe('two');
  environment.KEY = 'two\r\nhost: evil';
  expect(keys.of('env:KEY')).toBe(null);
  expect(keys.of('env:OTHER')).toBe(null);

  await writeFile(file, 'first\n');
  expect(keys.of(reference)).toBe('first');
  await writeFile(file, 'second');
  expect(keys.of(reference)).toBe('first');
  nowMs = 5_000;
  await until(() => keys.of(reference) === 'second');
  await rm(file);
  nowMs = 10_000;
  keys.of(reference);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(keys.of(reference)).toBe('second');
  expect(keys.of('file:/there/is/no/such/file')).toBe(null);
  await rm(directory, { recursive: true });
});
