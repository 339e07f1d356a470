import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pathListProblem, releasePathProblem } from './release-path.ts';

describe('paths in a release', () => {
  test.each(['a', 'a/b.txt', '.npmrc', '...', 'a b/ü', 'a..b', '..a/b', 'con'])('%j is one', (path) => {
    expect(releasePathProblem(path)).toBeNull();
  });

  test.each([
    ...[
      '',
      '/',
      '/etc/passwd',
      '..',
      '../x',
      'a/../b',
      'a/..',
      './a',
      'a/.',
      'a//b',
      'a/',
      'a\\b',
      '..\\x',
      'C:/x',
      'c:x',
    ],
    ...[
      'a\0b',
      'a\nb',
      'a\u007f',
      '\ud800',
      'a\ufffd',
      'x'.repeat(256),
      'ü'.repeat(128),
      `${'abcdefg/'.repeat(128)}x`,
    ],
  ])('%j is none', (path) => {
    expect(releasePathProblem(path)).not.toBeNull();
  });

  test('what is accepted stays inside any directory', () => {
    const piece = fc.constantFrom('a', '.', '..', '', '\\', '/', 'b', '...', ' ', 'C:');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('/')),
        (path) => {
          if (releasePathProblem(path) !== null) return;
          expect(posix.join('/root/release', path).startsWith('/root/release/')).toBe(true);
          expect(posix.normalize(path)).toBe(path);
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each([
    ['twice the same', ['a', 'a']],
    ['case', ['README', 'readme']],
    ['case of a directory', ['Lib/a', 'lib/b']],
    ['sharp s', ['straße', 'STRASSE']],
    ['accents', ['\u00e9', 'e\u0301']],
    ['a file as a directory', ['a', 'a/b']],
    ['a file as a directory, in other case', ['x/A', 'x/a/b']],
    ['a bad one among good ones', ['a', '../b']],
  ])('cannot stand together: %s', (_what, paths) => {
    expect(pathListProblem(paths)).not.toBeNull();
    expect(pathListProblem([...paths].reverse())).not.toBeNull();
  });

  test('can stand together otherwise', () => {
    expect(pathListProblem([])).toBeNull();
    expect(pathListProblem(['a', 'b/a', 'b/c/d', 'b/c.d', 'a.b'])).toBeNull();
  });

  test('a hundred thousand take no time worth speaking of', () => {
    const paths = Array.from({ length: 100_000 }, (_, i) => `some/directory/${i % 300}/file-${i}.txt`);
    const before = performance.now();
    expect(pathListProblem(paths)).toBeNull();
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});
