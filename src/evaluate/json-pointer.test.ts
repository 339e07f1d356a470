import { expect, it } from 'vitest';
import { atPointer, isPointer } from './json-pointer.ts';

it('pointers follow RFC 6901', () => {
  // The document and the pointers of its section 5.
  const document = { foo: ['bar', 'baz'], '': 0, 'a/b': 1, 'c%d': 2, 'm~n': 8, ' ': 7 };
  expect(atPointer(document, '')).toBe(document);
  expect(atPointer(document, '/foo/0')).toBe('bar');
  expect(atPointer(document, '/')).toBe(0);
  expect(atPointer(document, '/a~1b')).toBe(1);
  expect(atPointer(document, '/c%d')).toBe(2);
  expect(atPointer(document, '/m~0n')).toBe(8);
  expect(atPointer(document, '/ ')).toBe(7);
  for (const none of ['/foo/2', '/foo/-', '/foo/01', '/foo/length', '/constructor', '/foo/0/x']) {
    expect(atPointer(document, none)).toBeUndefined();
  }
  expect([isPointer(''), isPointer('/a~1'), isPointer('a'), isPointer('/a~2')]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
