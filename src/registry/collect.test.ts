import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CodeToCollect, collectCode, collectPath } from './collect.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidegate-collect-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const write = async (files: Record<string, string>, modes: Record<string, number> = {}) => {
  for (const [path, contents] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), contents, { mode: modes[path] ?? 0o644 });
  }
};
const codePaths = async (order: Partial<CodeToCollect> = {}) => {
  const collected = await collectCode({ directory, patterns: null, elsewhere: [], ...order });
  return collected.files.map((file) => file.path).sort();
};
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    cwd: directory,
    stdio: 'pipe',
  });

describe('code named by patterns', () => {
  beforeEach(() =>
    write({
      'server.ts': '',
      'lib/a.ts': '',
      'lib/a.test.ts': '',
      'lib/deep/b.ts': '',
      'lib/.hidden': '',
      'data/golden.jsonl': '',
      'package-lock.json': '{}',
      '.npmrc': '',
      'node_modules/x/index.ts': '',
      '.git/config': '',
    }),
  );

  test.each<[string, string[], string[]]>([
    ['a file', ['server.ts'], ['server.ts']],
    ['a wildcard', ['lib/*.ts'], ['lib/a.test.ts', 'lib/a.ts']],
    ['all depths', ['lib/**'], ['lib/a.test.ts', 'lib/a.ts', 'lib/deep/b.ts']],
    [
      'a directory, with what is hidden in it',
      ['lib'],
      ['lib/.hidden', 'lib/a.test.ts', 'lib/a.ts', 'lib/deep/b.ts'],
    ],
    ['a directory with a slash', ['lib/deep/'], ['lib/deep/b.ts']],
    ['taken away', ['lib/**', '!lib/**/*.test.ts'], ['lib/a.ts', 'lib/deep/b.ts']],
    ['taken away first', ['!lib/deep', 'lib/**'], ['lib/a.test.ts', 'lib/a.ts']],
    ['a hidden file by name', ['.npmrc'], ['.npmrc']],
    [
      'typescript everywhere, without dependencies',
      ['**/*.ts'],
      ['lib/a.test.ts', 'lib/a.ts', 'lib/deep/b.ts', 'server.ts'],
    ],
    ['dependencies by name', ['node_modules/x/*'], ['node_modules/x/index.ts']],
  ])('%s', async (_what, patterns, expected) => {
    expect(await codePaths({ patterns })).toEqual([...expected, 'package-lock.json'].sort());
  });

  test('lock files come along unless they are taken away by name', async () => {
    expect(await codePaths({ patterns: ['server.ts', '!package-lock.json'] })).toEqual(['server.ts']);
  });

  test('never the history of version control', async () => {
    expect(await codePaths({ patterns: ['.', '.git/*', '!lib'] })).toEqual([
      ...['.npmrc', 'data/golden.jsonl', 'package-lock.json', 'server.ts'],
    ]);
  });

  test('what belongs elsewhere only when it is spelled out', async () => {
    const elsewhere = ['data/golden.jsonl', 'lib/deep'];
    expect(await codePaths({ patterns: ['**', 'data'], elsewhere })).toEqual([
      'lib/a.test.ts',
      'lib/a.ts',
      'package-lock.json',
      'server.ts',
    ]);
    expect(await codePaths({ patterns: ['server.ts', 'data/golden.jsonl'], elsewhere })).toContain(
      'data/golden.jsonl',
    );
  });

  test.each([['../*'], ['/etc/passwd'], ['lib/../../x'], ['a\\b'], ['nothing/**'], ['sever.ts']])(
    '%s is refused',
    async (pattern) => {
      await expect(codePaths({ patterns: ['server.ts', pattern] })).rejects.toMatchObject({
        code: 'seal-failed',
        message: expect.stringContaining(pattern),
      });
    },
  );
});

describe('code that git tracks', () => {
  test('is taken as it is in the working tree, with lock files that git ignores', async () => {
    await write({
      'a.py': '1',
      'sub/b.py': '2',
      gone: '',
      '.gitignore': 'uv.lock\nsecret\n',
      'uv.lock': '',
      secret: '',
    });
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'x');
    await rm(join(directory, 'gone'));
    await write({ 'a.py': 'changed', 'forgotten.py': '' });
    const notices: string[] = [];
    expect(await codePaths({ onNotice: (text) => notices.push(text) })).toEqual([
      '.gitignore',
      'a.py',
      'sub/b.py',
      'uv.lock',
    ]);
    expect(notices).toEqual([expect.stringContaining('forgotten.py')]);
    expect(await codePaths({ directory: join(directory, 'sub') })).toEqual(['b.py']);
  });

  test('other repositories named by the environment do not matter', async () => {
    await write({ 'a.py': '' });
    git('init', '-q');
    git('add', 'a.py');
    process.env.GIT_DIR = '/nowhere';
    try {
      expect(await codePaths()).toEqual(['a.py']);
    } finally {
      delete process.env.GIT_DIR;
    }
  });
});

test('without git and patterns everything is code that is not known to be something else', async () => {
  await write({
    ...{
      'app.py': '',
      'sub/x.py': '',
      '.env': 'A=1',
      '.env.local': '',
      '.dockerignore': '',
      'venv/lib/y.py': '',
    },
    ...{
      '__pycache__/x.pyc': '',
      '.tidegate/token': '',
      'node_modules/z/i.js': '',
      'model/weights': '',
      'tidegate.yaml': '',
    },
  });
  expect(await codePaths({ elsewhere: ['model', 'tidegate.yaml'] })).toEqual([
    '.dockerignore',
    'app.py',
    'sub/x.py',
  ]);
});

describe('what lies in the tree', () => {
  test('the executable bit is kept', async () => {
    await write({ 'run.sh': '', 'a.txt': '' }, { 'run.sh': 0o755 });
    const { files } = await collectCode({ directory, patterns: ['*'], elsewhere: [] });
    expect(Object.fromEntries(files.map((file) => [file.path, file.executable]))).toEqual({
      'run.sh': true,
      'a.txt': false,
    });
  });

  test('links inside are followed, to files and to directories', async () => {
    await write({ 'real/a.txt': 'a', 'real/sub/b.txt': 'b' });
    await symlink('real/a.txt', join(directory, 'link.txt'));
    await symlink('real', join(directory, 'linked'));
    const expected = ['link.txt', 'linked/a.txt', 'linked/sub/b.txt', 'real/a.txt', 'real/sub/b.txt'];
    expect(await codePaths()).toEqual(expected);
    expect(await codePaths({ patterns: ['**'] })).toEqual(expected);
    git('init', '-q');
    git('add', '.');
    expect(await codePaths()).toEqual(expected);
  });

  test.each([
    ['a file outside', '/etc/passwd', 'out'],
    ['a directory outside', '..', 'out'],
    ['nothing', 'nowhere', 'nowhere'],
  ])('a link to %s is refused and named', async (_what, target, word) => {
    await write({ 'a.txt': '' });
    await symlink(target, join(directory, 'bad'));
    for (const patterns of [null, ['bad'], ['*']]) {
      await expect(codePaths({ patterns })).rejects.toMatchObject({
        code: 'seal-failed',
        message: expect.stringMatching(new RegExp(`bad .*${word}`)),
      });
    }
    await expect(collectPath({ directory, path: 'bad', elsewhere: [] })).rejects.toMatchObject({
      code: 'seal-failed',
    });
  });

  test('a directory on the way may not lead out either', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'tidegate-outside-'));
    try {
      await writeFile(join(outside, 'x.txt'), '');
      await write({ 'a.txt': '' });
      await symlink(outside, join(directory, 'way'));
      await expect(codePaths({ patterns: ['way/x.txt'] })).rejects.toMatchObject({ code: 'seal-failed' });
    } finally {
      await rm(outside, { recursive: true });
    }
  });

  test('links that lead in circles are refused', async () => {
    await write({ 'sub/a.txt': '' });
    await symlink('..', join(directory, 'sub/up'));
    await expect(codePaths()).rejects.toMatchObject({
      code: 'seal-failed',
      message: expect.stringContaining('sub/up'),
    });
    await rm(join(directory, 'sub/up'));
    await symlink('.', join(directory, 'sub/self'));
    await expect(codePaths()).rejects.toMatchObject({
      code: 'seal-failed',
      message: expect.stringContaining('sub/self'),
    });
  });

  test('pipes and sockets are refused, not waited for', async () => {
    await write({ 'a.txt': '' });
    execFileSync('mkfifo', [join(directory, 'pipe')]);
    await expect(codePaths()).rejects.toMatchObject({ message: expect.stringContaining('named pipe') });
    await rm(join(directory, 'pipe'));
    const server = createServer().listen(join(directory, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      await expect(codePaths()).rejects.toMatchObject({ message: expect.stringContaining('socket') });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test('names that no other system could take are refused', async () => {
    await write({ 'a\\b': '' });
    await expect(codePaths()).rejects.toMatchObject({
      code: 'seal-failed',
      message: expect.stringContaining('backslash'),
    });
    await rm(join(directory, 'a\\b'));
    await writeFile(Buffer.concat([Buffer.from(`${directory}/x`), Buffer.from([0xff])]), '');
    await expect(codePaths()).rejects.toMatchObject({
      code: 'seal-failed',
      message: expect.stringContaining('Unicode'),
    });
  });

  test('nothing at all is refused', async () => {
    await expect(codePaths()).rejects.toMatchObject({ code: 'seal-failed' });
  });
});

describe('another component', () => {
  test('is everything below its path, hidden files too, but other components', async () => {
    await write({ 'm/a.bin': '1', 'm/.meta': '2', 'm/index/i.bin': '3', 'm/.DS_Store': '' });
    const { path, files } = await collectPath({ directory, path: 'm', elsewhere: ['m', 'm/index', 'mm'] });
    expect(path).toBe('m');
    expect(files.map((file) => file.path).sort()).toEqual(['.meta', 'a.bin']);
  });

  test('or one file, which stands where it stood', async () => {
    await write({ 'prompts/system.md': 'x', 'top.md': 'y' });
    expect(await collectPath({ directory, path: 'prompts/system.md', elsewhere: [] })).toMatchObject({
      path: 'prompts',
      files: [{ path: 'system.md' }],
    });
    expect(await collectPath({ directory, path: 'top.md', elsewhere: [] })).toMatchObject({
      path: '.',
      files: [{ path: 'top.md' }],
    });
  });

  test('that is not there or empty is refused', async () => {
    await mkdir(join(directory, 'empty'));
    for (const path of ['absent', 'empty']) {
      await expect(collectPath({ directory, path, elsewhere: [] })).rejects.toMatchObject({
        code: 'seal-failed',
        message: expect.stringContaining(path),
      });
    }
  });
});
