import { expect, test } from 'vitest';
import { closest } from './closest.ts';

const keys = ['command', 'replicas', 'env', 'secrets', 'ready', 'limits', 'stop', 'firstByte'];

test.each([
  ['comand', 'command'],
  ['commnad', 'command'],
  ['Replicas', 'replicas'],
  ['replica', 'replicas'],
  ['first_byte', 'firstByte'],
  ['first-byte', 'firstByte'],
  ['evn', 'env'],
  ['xyzzy', undefined],
  ['command-line-arguments', undefined],
  ['', undefined],
])('%s', (word, meant) => {
  expect(closest(word, keys)).toBe(meant);
});

test('nothing to choose from', () => {
  expect(closest('a', [])).toBeUndefined();
});
