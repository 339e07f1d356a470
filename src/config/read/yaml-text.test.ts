import { describe, expect, test } from 'vitest';
import { readYamlText } from './yaml-text.ts';

const seen = (text: string): string[] =>
  readYamlText(text, 'x.yaml').problems.map(
    ({ line, column, message, suggestion }) =>
      `${line}:${column} ${message}${suggestion === undefined ? '' : ` [${suggestion}]`}`,
  );

describe('texts that are no good YAML', () => {
  test.each<[string, string, string[]]>([
    ['a tab that indents', 'a:\n\tb: 1\n', ['2:1 tabs cannot indent YAML [spaces]']],
    [
      'two documents',
      'a: 1\n---\nb: 2\n',
      ['2:1 a second document begins here; there can only be one in a file'],
    ],
    ['a tag', 'a: !secret x\n', ['1:4 YAML tags (!) are not supported']],
    ['the same key twice', 'a: 1\nb: 2\na: 3\n', ['3:1 the key "a" stands here twice']],
    ['the same key deeper down', 'a:\n  - {b: 1, b: 2}\n', ['2:12 the key "b" stands here twice']],
    ['a merge key', 'a: &x {b: 1}\nc: {<<: *x}\n', ['2:5 merge keys (<<) are not supported']],
    ['a key for the prototype', '__proto__: {a: 1}\n', ['1:1 __proto__ cannot be a key']],
    ['a map as a key', '? {a: 1}\n: 2\n', ['1:3 a key must be a plain word']],
    [
      'an alias without an anchor',
      'a: *b\n',
      ['1:1 its aliases (*) expand to too much, or one names no anchor (&)'],
    ],
    ['an alias inside its anchor', 'a: &x [1, *x]\n', ['1:1 an alias (*) stands inside its own anchor (&)']],
    ['too deep', '['.repeat(200) + ']'.repeat(200), ['1:1 it is nested deeper than 100 levels']],
    ['many aliases', `a: &x 1\nb: [${'*x,'.repeat(101)}]\n`, ['1:1 more than 100 aliases (*) stand in it']],
  ])('%s', (_, text, problems) => {
    expect(seen(text)).toEqual(problems);
  });

  test('nesting that would exhaust the stack', () => {
    const problems = seen('['.repeat(200_000));
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThan(10);
  });

  test('a bomb of aliases', () => {
    const levels = ['a0: &a0 [x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 12; i++) levels.push(`a${i}: &a${i} [${`*a${i - 1},`.repeat(8)}]`);
    const started = performance.now();
    expect(seen(levels.join('\n'))).toEqual([
      '1:1 its aliases (*) expand to too much, or one names no anchor (&)',
    ]);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  test('a bracket that is never closed is reported where YAML noticed', () => {
    const [problem] = readYamlText('a: [1,\nb: 2\n', 'x.yaml').problems;
    expect(problem).toMatchObject({ severity: 'error', file: 'x.yaml' });
    expect(problem?.message).toMatch(/^not valid YAML: /);
    expect(problem?.line).toBeGreaterThan(1);
  });
});

describe('texts that are', () => {
  test('a byte order mark and Windows line ends move nothing', () => {
    const { data, place } = readYamlText('\uFEFFa: 1\r\nb:\r\n  c: 2\r\n', 'x.yaml');
    expect(data).toEqual({ a: 1, b: { c: 2 } });
    const problem = place({ severity: 'error', path: ['b', 'c'], part: 'value', message: 'm' });
    expect(problem).toMatchObject({ line: 3, column: 6, excerpt: '  c: 2' });
    expect(place({ severity: 'error', path: ['a'], part: 'value', message: 'm' })).toMatchObject({
      line: 1,
      column: 4,
    });
  });

  test('anchors and aliases work, and point to where they stand', () => {
    const { data, place } = readYamlText('a: &x {b: 1}\nc: *x\n', 'x.yaml');
    expect(data).toEqual({ a: { b: 1 }, c: { b: 1 } });
    expect(place({ severity: 'error', path: ['c'], part: 'value', message: 'm' })).toMatchObject({
      line: 2,
      column: 4,
    });
    expect(place({ severity: 'error', path: ['c', 'b'], part: 'value', message: 'm' })).toMatchObject({
      line: 1,
      column: 11,
    });
  });

  test('a key that is not there is reported at the key of its map', () => {
    const { place } = readYamlText('# first\na:\n  b:\n    c: 1\n', 'x.yaml');
    const at = (...path: string[]): unknown => {
      const { line, column } = place({ severity: 'error', path, part: 'key', message: 'm' });
      return [line, column];
    };
    expect(at('z')).toEqual([2, 1]);
    expect(at('a', 'z')).toEqual([2, 1]);
    expect(at('a', 'b', 'z')).toEqual([3, 3]);
    expect(at('a', 'b', 'c', 'z')).toEqual([4, 5]);
  });

  test('a large file with many keys is read in reasonable time', () => {
    const text = Array.from({ length: 30_000 }, (_, i) => `key${i}: 1`).join('\n');
    const started = performance.now();
    expect(readYamlText(text, 'x.yaml').problems).toEqual([]);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
