import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeStateDirectory } from './make-state-directory.ts';

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'tidegate-state-'));
});
afterEach(() => rmSync(project, { recursive: true }));

describe('git', () => {
  it('never takes in what lies in the state directory', async () => {
    const git = (...args: string[]): string =>
      execFileSync('git', args, { cwd: project, encoding: 'utf8', env: { PATH: process.env.PATH } });
    git('init', '-q');
    const stateDir = join(project, 'deep', '.tidegate');
    await makeStateDirectory(stateDir);
    writeFileSync(join(stateDir, 'admin-token'), 'secret');
    git('add', '.');
    expect(git('status', '--porcelain')).toBe('');
  });

  it('gets its file in a state directory that had none, and keeps the one that is there', async () => {
    const ignore = join(project, 'state', '.gitignore');
    mkdirSync(join(project, 'state'));
    await makeStateDirectory(join(project, 'state'));
    expect(readFileSync(ignore, 'utf8')).toBe('*\n');
    writeFileSync(ignore, 'mine\n');
    await makeStateDirectory(join(project, 'state'));
    expect(readFileSync(ignore, 'utf8')).toBe('mine\n');
  });

  it('goes on seeing whatever the state shares a directory with', async () => {
    writeFileSync(join(project, 'app.py'), '');
    await makeStateDirectory(project);
    expect(existsSync(join(project, '.gitignore'))).toBe(false);
    mkdirSync(join(project, '.tidegate'));
    writeFileSync(join(project, '.tidegate', 'ledger.db'), '');
    await makeStateDirectory(join(project, '.tidegate'));
    expect(existsSync(join(project, '.tidegate', '.gitignore'))).toBe(true);
  });
});

describe('refused in one sentence', () => {
  it('a file, and a place below a file', async () => {
    const file = join(project, 'file');
    writeFileSync(file, '');
    for (const path of [file, join(file, 'deeper', 'still')])
      await expect(makeStateDirectory(path)).rejects.toMatchObject({
        code: 'state-unwritable',
        message: `${file} is a file, not a directory.`,
      });
  });

  it.runIf(existsSync('/proc/self'))('a file system that makes no directories', async () => {
    await expect(makeStateDirectory('/proc/x/y')).rejects.toMatchObject({ code: 'state-unwritable' });
  });
});
