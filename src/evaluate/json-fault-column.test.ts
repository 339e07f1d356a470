import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonFaultColumn } from './json-fault-column.ts';

it.each([
  ['{"id":"x","input": tru }', 20],
  ['{"a" 1}', 6],
  ['{"a":1,}', 8],
  ['[1,2', 5],
  ['"open', 1],
  ['{} x', 4],
  ['', 1],
  ['{"a":{"b":[1,,2]}}', 14],
])('%s stops being JSON at column %i', (text, column) => {
  expect(jsonFaultColumn(text)).toBe(column);
});

it('finds a fault exactly where JSON.parse does', () => {
  const broken = fc
    .tuple(fc.json(), fc.nat(60), fc.constantFrom('', '}', ',', '"', 'x', '\\', '1'))
    .map(([text, at, put]) => text.slice(0, at) + put + text.slice(at + 1));
  fc.assert(
    fc.property(fc.oneof(fc.json(), broken), (text) => {
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      expect(jsonFaultColumn(text) === null).toBe(isJson);
    }),
    { numRuns: 2_000, seed: 1 },
  );
});

it('finds a text that never ends in time linear in its length, also in a huge file', () => {
  for (const length of [40, 200_000, 20_000_000])
    expect(jsonFaultColumn(`{"id":"${'a'.repeat(length)}`)).toBe(7);
  expect(jsonFaultColumn(`{"id":"a","input":"${'a'.repeat(200_000)}`)).toBe(19);
});
