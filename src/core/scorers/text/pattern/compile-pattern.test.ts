import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches } from '../matches.ts';
import type { PatternOptions } from './compile-pattern.ts';
import { compilePattern } from './compile-pattern.ts';

const plain: PatternOptions = { ignoreCase: false, multiline: false, dotAll: false, whole: false };

const test = (pattern: string, text: string, options: Partial<PatternOptions> = {}): boolean => {
  const compiled = compilePattern(pattern, { ...plain, ...options });
  if (!compiled.isCompiled) throw new Error(compiled.reason);
  return compiled.matches(text);
};

const piece = fc.constantFrom(
  ...[
    'a',
    'b',
    'ab',
    '.',
    '[ab]',
    '[^a]',
    '\\w',
    '\\W',
    '\\d',
    '\\s',
    '^',
    '$',
    '\\b',
    '\\B',
    '(?:a|b)',
    '(a|)',
    '(b)',
  ],
  ...[
    '\\.',
    '\\u0061',
    '\\x62',
    '\\u{1F600}',
    '[\\]\\-a]',
    '\\p{L}',
    '(a|ab)',
    '\\n',
    '😀',
    '[a-c\\d]',
    '(?:a*b|\\b)',
  ],
);
const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '*?', '{2}', '{1,}', '{0,2}', '{2,3}?', '{0}');
const pattern: fc.Arbitrary<string> = fc
  .array(
    fc.tuple(piece, quantifier).map(([one, many]) => (/^(?:\^|\$|\\[bB])$/.test(one) ? one : one + many)),
    { minLength: 0, maxLength: 4 },
  )
  .map((parts) => parts.join(''));
const nested = fc
  .tuple(pattern, pattern, quantifier, pattern)
  .map(([a, b, many, c]) => `(?<n>${a}|${b})${many}${c}`);
const text = fc
  .array(fc.constantFrom('a', 'b', 'A', 'c', ' ', '1', '\n', '.', '😀', '-', 'é'), { maxLength: 9 })
  .map((parts) => parts.join(''));

it('matches what the engine of JavaScript matches', () => {
  let matched = 0;
  fc.assert(
    fc.property(
      fc.oneof(pattern, nested),
      text,
      fc.boolean(),
      fc.boolean(),
      fc.boolean(),
      fc.boolean(),
      (source, subject, ignoreCase, multiline, dotAll, whole) => {
        const flags = `u${ignoreCase ? 'i' : ''}${multiline ? 'm' : ''}${dotAll ? 's' : ''}`;
        // `$` of a multiline pattern would let a part stand for the whole.
        const wanted = whole
          ? !multiline && new RegExp(`^(?:${source})$`, flags).test(subject)
          : new RegExp(source, flags).test(subject);
        if (whole && multiline) return;
        if (wanted) matched += 1;
        expect(test(source, subject, { ignoreCase, multiline, dotAll, whole })).toBe(wanted);
      },
    ),
    { numRuns: 4000, seed: 7 },
  );
  expect(matched).toBeGreaterThan(700);
});

describe('patterns that keep a backtracking engine busy for years', () => {
  it.each([
    ['(a+)+b', 'a'.repeat(50_000)],
    ['(?:a|aa)+$', `${'a'.repeat(50_000)}b`],
    ['(?:a?){50}a{50}c', 'a'.repeat(2000)],
    ['.*.*.*=.*', 'x'.repeat(20_000)],
    ['^(\\w+\\s?)*$', `${'word '.repeat(5000)}!`],
  ])('%s takes time in proportion to the text', (source, subject) => {
    expect(test(source, subject)).toBe(false);
  });
});

it('refuses what it cannot promise, and says why', () => {
  const reason = (source: string): string => {
    const compiled = compilePattern(source, plain);
    return compiled.isCompiled ? 'compiled' : compiled.reason;
  };
  expect(reason('(')).toBe('syntax');
  expect(reason('a{2,1}')).toBe('syntax');
  expect(reason('a(?=b)')).toBe('lookaround');
  expect(reason('(?<!a)b')).toBe('lookaround');
  expect(reason('(a)\\1')).toBe('backreference');
  expect(reason('(?<x>a)\\k<x>')).toBe('backreference');
  expect(reason('(?:a{99}){99}')).toBe('too-large');
  expect(reason('(?:){100000}')).toBe('too-large');
});

it('takes the pattern from the options, or from the references of each case', () => {
  const ofOption = matches({ ...plain, pattern: '^\\d{4}-\\d{2}$' });
  expect(ofOption.ofCase!({ output: '2026-11', references: [] })).toBe(1);
  expect(ofOption.ofCase!({ output: 'in 2026-11', references: [] })).toBe(0);
  const ofCase = matches({ ...plain, pattern: null });
  expect(ofCase.ofCase!({ output: 'blue', references: ['^red$', 'bl'] })).toBe(1);
  expect(() => matches({ ...plain, pattern: '(' })).toThrow(RangeError);
  expect(() => ofCase.ofCase!({ output: 'x', references: ['('] })).toThrow(RangeError);
});
