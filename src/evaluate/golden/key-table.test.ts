import { expect, it } from 'vitest';
import { startKeyTable } from './key-table.ts';

it('remembers what stood first under each of many texts', () => {
  const table = startKeyTable(2, 4);
  const count = 5_000;
  for (let i = 0; i < count; i += 1) expect(table.putIfNew(`text ${i}`, [i, -i])).toBeNull();
  for (let i = 0; i < count; i += 1) expect(table.putIfNew(`text ${i}`, [7, 7])).toEqual([i, -i]);
  expect(table.putIfNew('', [1, 2])).toBeNull();
  expect(table.putIfNew('', [3, 4])).toEqual([1, 2]);
});
