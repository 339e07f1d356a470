import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageScript } from '../html/page-script.ts';
import { scaleOf } from './draw-chart.ts';
import { count, difference, duration, figure, pValue, range } from './figure.ts';
import { filterCases, queryFromHash, queryToHash, searchedText } from './filter-cases.ts';
import type { PageCase } from './page-data.ts';
import { wordDiff } from './word-diff.ts';

describe('figures', () => {
  it('have their unit and as many digits as say something', () => {
    expect(figure('share', 0.97251)).toBe('97.25 %');
    expect(figure('share', 0.999999)).toBe('99.99 %');
    expect(figure('share', 1)).toBe('100.00 %');
    expect(figure('score', 0.83121)).toBe('0.8312');
    expect(figure('ms', 12_345.6)).toBe('12,346 ms');
    expect(figure('usd', 0.0004)).toBe('$0.00040');
    expect(figure('usd', 0)).toBe('$0.00');
    expect(figure('usd', 1234.5)).toBe('$1,234.50');
    expect(figure('tokens', 1_234_567)).toBe('1,234,567 tokens');
    expect(difference('share', -0.0075)).toBe('-0.75 points');
    expect(difference('usd', -0.25)).toBe('-$0.25');
    expect(range('share', 0.961, 0.98)).toBe('96.10 to 98.00 %');
    expect(range('ms', -3, 4.25, 'difference')).toBe('-3.0 to +4.3 ms');
    expect([duration(850), duration(252_000), duration(7_500_000)]).toEqual([
      '0.8 s',
      '4 min 12 s',
      '2 h 5 min',
    ]);
    expect([pValue(0.0123), pValue(1e-9), count(100_000)]).toEqual(['p = 0.012', 'p < 0.0001', '100,000']);
  });
});

describe('the difference of two texts', () => {
  it('flags words, and no more of them than it must', () => {
    expect(wordDiff('The parcel arrives on Monday.', 'The parcel arrives late on Friday.')).toEqual([
      { kind: 'same', text: 'The parcel arrives ' },
      { kind: 'only-right', text: 'late ' },
      { kind: 'same', text: 'on ' },
      { kind: 'only-left', text: 'Monday' },
      { kind: 'only-right', text: 'Friday' },
      { kind: 'same', text: '.' },
    ]);
  });

  it('holds both texts whole, whatever they are', () => {
    const text = fc.oneof(
      fc.array(fc.nat(0xffff), { maxLength: 60 }).map((codes) => String.fromCharCode(...codes)),
      fc
        .array(fc.constantFrom('a', 'b', ' ', 'ü', '\n', '.', '😀'), { maxLength: 40 })
        .map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, text, (left, right) => {
        const parts = wordDiff(left, right);
        const without = (kind: string): string =>
          parts
            .filter((part) => part.kind !== kind)
            .map((part) => part.text)
            .join('');
        expect(without('only-right')).toBe(left);
        expect(without('only-left')).toBe(right);
      }),
    );
  });

  it('of long texts without anything in common is quick', () => {
    const left = 'left '.repeat(4000);
    const right = 'right '.repeat(4000);
    const before = process.cpuUsage();
    expect(wordDiff(left, right).map(({ kind }) => kind)).toEqual(['only-left', 'only-right', 'same']);
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  });
});

describe('looking through cases', () => {
  const one = (id: string, flags: string[], tags: number[], output: string): PageCase => ({
    id,
    gist: '',
    input: 'How long?',
    expected: ['Three DAYS and more', 900],
    tags,
    flags,
    metadata: 'source: chat',
    candidate: [{ text: output, scores: [], why: [], used: '' }],
    baseline: [{ error: 'timeout: none', used: '' }],
  });
  const cases = [
    one('a-1', ['wrong'], [0], 'Monday'),
    one('a-2', [], [0, 1], 'Friday'),
    one('b-1', ['wrong', 'worse'], [], ''),
  ];
  const find = (query: Partial<Parameters<typeof filterCases>[2]>) =>
    filterCases(cases, ['billing', 'german'], { words: '', flag: '', tag: '', ...query }, (place) =>
      searchedText(cases[place]!),
    );

  it('finds by flag, slice and words in any order', () => {
    expect(find({})).toEqual([0, 1, 2]);
    expect(find({ flag: 'wrong' })).toEqual([0, 2]);
    expect(find({ tag: 'german' })).toEqual([1]);
    expect(find({ tag: 'unknown' })).toEqual([]);
    expect(find({ words: 'days  monday' })).toEqual([0]);
    expect(find({ words: 'TIMEOUT chat b-1' })).toEqual([2]);
    expect(find({ words: 'nowhere' })).toEqual([]);
    expect(find({ flag: 'wrong', tag: 'billing', words: 'how' })).toEqual([0]);
  });

  it('writes what is looked for into the address and reads it back', () => {
    const query = fc.record({ words: fc.string(), flag: fc.string(), tag: fc.string(), open: fc.string() });
    fc.assert(
      fc.property(query, (asked) => {
        expect(queryFromHash(`#${queryToHash(asked)}`)).toEqual(asked);
      }),
    );
    const half = { words: '\ud800', flag: '', tag: '', open: 'a\udc00' };
    expect(queryFromHash(queryToHash(half))).toEqual({ ...half, words: '\ufffd', open: 'a\ufffd' });
    expect(queryFromHash('#words=100%&flag=wrong&nothing')).toEqual({
      words: '',
      flag: 'wrong',
      tag: '',
      open: '',
    });
  });
});

describe('charts', () => {
  it('have room for all, keep zero in the middle of differences, and no share above 1', () => {
    const interval = { value: 0.97, low: 0.95, high: 0.999 };
    const values = scaleOf('share', 'value', [interval], [0.9]);
    expect(values.from).toBeLessThan(0.9);
    expect(values.to).toBe(1);
    const gaps = scaleOf('share', 'difference', [{ value: 0.01, low: -0.02, high: 0.04 }]);
    expect(gaps.from).toBe(-gaps.to);
    expect(scaleOf('ms', 'value', [{ value: 0, low: 0, high: 0 }]).to).toBeGreaterThan(0);
  });
});

describe('the script of the page', () => {
  it('is one script without imports and types', () => {
    const script = pageScript();
    expect(() => new Function(script)).not.toThrow();
    expect(script).not.toMatch(/^\s*(import|export)\b/m);
    expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|<\/script/);
  });
});
