import fc from 'fast-check';
import { expect, it } from 'vitest';
import { atPointer, isPointer } from './json-pointer.ts';
import { fillRequest } from './request-template.ts';

const placeholder = '$' + '{input}';
const bodyOf = (body: unknown, input: unknown): unknown =>
  JSON.parse(fillRequest({ method: 'POST', path: '/', body }, input).body!);

it('a string that is nothing but the placeholder becomes the value, of whatever type', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (input) => {
      const found = bodyOf({ deep: [{ data: [placeholder] }] }, input);
      expect(found).toEqual(JSON.parse(JSON.stringify({ deep: [{ data: [input] }] })));
    }),
    { seed: 1 },
  );
});

it('inside a longer string it becomes text, unchanged by characters that mean something elsewhere', () => {
  expect(bodyOf({ prompt: `Is ${placeholder} or ${placeholder}?` }, "a $& b $1 $$ $'")).toEqual({
    prompt: "Is a $& b $1 $$ $' or a $& b $1 $$ $'?",
  });
  expect(bodyOf([`see ${placeholder}`], { a: 1 })).toEqual(['see {"a":1}']);
});

it('a placeholder in the input stays what it is, and keys are left alone', () => {
  expect(bodyOf({ [placeholder]: `x ${placeholder}` }, placeholder)).toEqual({
    [placeholder]: `x ${placeholder}`,
  });
});

it('goes percent-encoded into the path, and GET sends no body', () => {
  const request = { method: 'GET', path: `/label?text=${placeholder}`, body: { ignored: 1 } } as const;
  expect(fillRequest(request, 'a b&c/ä')).toEqual({
    method: 'GET',
    path: '/label?text=a%20b%26c%2F%C3%A4',
    body: null,
  });
});

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
