import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TidegateError } from '../errors.ts';
import { loadPolicy } from './load-policy.ts';
import { loadServer } from './load-server.ts';
import { loadService } from './load-service.ts';
import { scratchFolder } from './testing/scratch-folder.ts';

const refusal = (action: () => unknown): TidegateError => {
  try {
    action();
  } catch (error) {
    if (error instanceof TidegateError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('a service file', () => {
  test('comes with where it came from and with its warnings', () => {
    const text = 'service: a\nprotocol: http\nrun: {command: ./a, env: {TOKEN: abcd1234efgh}}\n';
    using folder = scratchFolder({ 'tidegate.yaml': text });
    const path = join(folder.path, 'tidegate.yaml');
    const { config, source, warnings } = loadService(path);
    expect(config.service).toBe('a');
    expect(source).toEqual({ path, directory: folder.path, text });
    expect(warnings).toMatchObject([{ severity: 'warning', line: 3 }]);
  });

  test('with several mistakes is one error that names them all', () => {
    using folder = scratchFolder({ 'tidegate.yaml': 'service: A\nprotocol: x\nrun: {command: ./a}\n' });
    const path = join(folder.path, 'tidegate.yaml');
    const error = refusal(() => loadService(path));
    expect(error.code).toBe('config-invalid');
    expect(error.place).toEqual({ file: path, line: 1, column: 10 });
    expect(error.message).toContain('(and 1 more)');
    expect(error.data?.problems).toMatchObject([
      { file: path, line: 1, column: 10, path: 'service', suggestion: 'a' },
      { file: path, line: 2, column: 11, path: 'protocol' },
    ]);
  });
});

describe('what is no configuration file', () => {
  test('nothing there', () => {
    const error = refusal(() => loadService('/nowhere/tidegate.yaml'));
    expect(error.code).toBe('config-missing');
    expect(error.message).toBe('There is no file /nowhere/tidegate.yaml.');
    expect(refusal(() => loadServer('/nowhere/x')).code).toBe('config-missing');
    expect(refusal(() => loadPolicy('/nowhere/x')).code).toBe('config-missing');
  });

  test('a folder, a pipe, a giant, bytes that are no text', () => {
    using folder = scratchFolder({
      'a/b': '',
      giant: '#'.repeat(1024 * 1024 + 1),
      just: '#'.repeat(1024 * 1024),
    });
    execFileSync('mkfifo', [join(folder.path, 'pipe')]);
    writeFileSync(join(folder.path, 'bytes'), Buffer.from([0x61, 0x3a, 0x20, 0xff, 0xfe]));
    for (const [name, message] of [
      ['a', 'it is not a file'],
      ['pipe', 'it is not a file'],
      ['giant', 'it is larger than 1 MiB'],
      ['bytes', 'it is not UTF-8 text'],
    ] as const) {
      const error = refusal(() => loadPolicy(join(folder.path, name)));
      expect(error.code).toBe('config-invalid');
      expect(error.message).toContain(message);
    }
    expect(loadPolicy(join(folder.path, 'just')).config.approvals).toBe(0);
  });

  test('a file that cannot be opened', () => {
    using folder = scratchFolder();
    const path = join(folder.path, 'loop');
    symlinkSync(path, path);
    const error = refusal(() => loadPolicy(path));
    expect(error.code).toBe('config-invalid');
    expect(error.message).toBe(`${path} cannot be read (ELOOP).`);
  });
});

test('without a file there are defaults and no source', () => {
  expect(loadServer(null).source).toBeNull();
  expect(loadServer(null).config.environments.map(({ name }) => name)).toEqual(['staging', 'production']);
  expect(loadPolicy(null).source).toBeNull();
});
