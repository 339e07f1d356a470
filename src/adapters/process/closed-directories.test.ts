import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { coversForClosedDirectories } from './closed-directories.ts';

describe('covers for closed directories', () => {
  let root: string;
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'tidegate-closed-')));
    for (const path of ['home/a/b/c', 'home/a/d', 'home/e', 'open/x'])
      mkdirSync(join(root, path), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const covers = (paths: string[], closed: string[]): object =>
    coversForClosedDirectories(
      paths.map((path) => join(root, path)),
      (directory) => !closed.some((path) => join(root, path) === directory),
    ).map(({ over, keep }) => [
      over.slice(root.length + 1),
      ...keep.map(({ path }) => path.slice(root.length + 1)),
    ]);

  it.each<[string, string[], string[], string[][]]>([
    ['none where all is open', ['home/a', 'open/x'], [], []],
    ['what lies right below the closed one', ['home/a/b/c'], ['home'], [['home', 'home/a']]],
    [
      'one cover for several paths, without parts of parts',
      ['home/a/b', 'home/a', 'home/e'],
      ['home'],
      [['home', 'home/a', 'home/e']],
    ],
    [
      'the outermost covered, the innermost opened',
      ['home/a/b/c'],
      ['home', 'home/a'],
      [['home', 'home/a/b']],
    ],
    ['not what is itself closed', ['home/a'], ['home', 'home/a'], []],
    ['not what is not there', ['home/never/was'], ['home'], []],
  ])('%s', (_, paths, closed, expected) => {
    expect(covers(paths, closed)).toEqual(expected);
  });
});
