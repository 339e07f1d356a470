import { expect, it } from 'vitest';
import { wrapText } from './wrap-text.ts';

it('breaks at spaces, keeps the first indentation and gives the others theirs', () => {
  expect(wrapText('  one two three', 9, '    ')).toBe('  one two\n    three');
});

it('leaves alone what fits, and what cannot be broken', () => {
  expect(wrapText('one two', 7)).toBe('one two');
  expect(wrapText('unbreakable', 4)).toBe('unbreakable');
});
