import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { EvaluationCase } from '../golden/evaluation-case.ts';
import { fillAddress, fillTemplate } from './fill-template.ts';

const placeholder = '$' + '{input}';
const caseOf = (input: unknown): EvaluationCase => ({
  id: '1',
  input,
  expected: 'secret',
  tags: [],
  weight: 1,
  metadata: {},
  position: 0,
});
const bodyOf = (body: unknown, input: unknown): unknown => {
  const filled = fillTemplate(body, caseOf(input));
  return filled.isFilled ? JSON.parse(JSON.stringify(filled.value)) : filled;
};

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

it('goes percent-encoded into an address', () => {
  expect(fillAddress(`/label?text=${placeholder}`, caseOf('a b&c/ä'))).toEqual({
    isFilled: true,
    value: '/label?text=a%20b%26c%2F%C3%A4',
  });
});
