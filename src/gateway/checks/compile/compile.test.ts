import { describe, expect, it } from 'vitest';
import { compileExpression } from './compile-expression.ts';
import { compilePattern } from './compile-pattern.ts';
import { compileSchema } from './compile-schema.ts';

const problemOf = (
  compiling: { readonly ok: true } | { readonly ok: false; readonly problem: string },
): string | null => (compiling.ok ? null : compiling.problem);

const run = <T>(compiling: { ok: true; value: T } | { ok: false; problem: string }): T => {
  if (!compiling.ok) throw new Error(compiling.problem);
  return compiling.value;
};

describe('a JSON Schema', () => {
  it('names the keyword that a value breaks, and nothing of the value', () => {
    const test = run(
      compileSchema({
        type: 'object',
        required: ['label'],
        properties: { label: { enum: ['spam', 'ham'] } },
      }),
    );
    expect(test({ label: 'spam' })).toBeNull();
    expect(test({ label: 'secret' })).toBe('schema:enum');
    expect(test({})).toBe('schema:required');
  });

  it('may be of draft-07, and may refer to its own definitions', () => {
    const test = run(
      compileSchema({
        $schema: 'http://json-schema.org/draft-07/schema#',
        definitions: { label: { type: 'string' } },
        $ref: '#/definitions/label',
      }),
    );
    expect([test('x'), test(1)]).toEqual([null, 'schema:type']);
  });

  it.each([
    [{ requried: ['a'] }, /unknown keyword: "requried"/],
    [{ type: 'objct' }, /type must be equal to one of/],
    [{ $ref: 'https://example.com/schema.json' }, /can't resolve reference/],
    [{ $ref: '#/$defs/none' }, /can't resolve reference/],
    [{ pattern: '(' }, /Unterminated group/],
    [{ $schema: 'http://json-schema.org/draft-04/schema#' }, /no schema with key or ref/],
    [{ $async: true, type: 'string' }, /asynchronous/],
    ['a path', /is a map, true or false/],
    [null, /is a map, true or false/],
  ])('%j is refused', (schema, problem) => {
    expect(problemOf(compileSchema(schema))).toMatch(problem);
  });

  it('does not take format for a rule, since it is none by default', () => {
    expect(run(compileSchema({ type: 'string', format: 'date-time' }))('no date')).toBeNull();
  });

  it('with an $id may be compiled again and again', () => {
    const schema = { $id: 'https://example.com/answer', type: 'object' };
    expect([compileSchema(schema).ok, compileSchema(schema).ok]).toEqual([true, true]);
  });
});

describe('a regular expression', () => {
  it('is searched for', () => {
    const test = run(compilePattern('\\d+ €'));
    expect([test('it is 12 € now'), test('it is free')]).toEqual([null, 'no-match']);
  });
  it.each(['(', '{', '*a', '\\p{Nothing}'])('%s is refused without being repeated', (pattern) => {
    const problem = problemOf(compilePattern(pattern));
    expect(problem).toBeTruthy();
    expect(problem).not.toContain(`/${pattern}/`);
  });
});

describe('a CEL expression', () => {
  const input = { answer: { score: 0.4, items: [{ ok: true }, { ok: true }] }, status: 200, text: '{}' };
  it.each([
    ['answer.score < 0.5 && status == 200', null],
    ['answer.items.all(item, item.ok) && size(answer.items) == 2', null],
    ['has(answer.label) ? answer.label != "" : true', null],
    ['text.size() < 10 && type(answer) == map', null],
    ['answer.score > 0.5', 'not-true'],
    ['answer.score', 'not-true'],
    ['"true"', 'not-true'],
    ['answer.label == "spam"', 'expression-failed'],
    ['answer.__proto__ == null', 'expression-failed'],
    ['answer.constructor == null', 'expression-failed'],
  ])('%s', (expression, fault) => {
    expect(run(compileExpression(expression))(input)).toBe(fault);
  });

  it.each([
    ['answer.score >', /^line 1, column \d+: /],
    ['anwser.score > 0.5', 'there is no "anwser" (there are answer, status, text)'],
    ['answer.items.all(item, itm.ok)', /there is no "itm"/],
    ['lenght(answer) > 1', 'there is no function "lenght"'],
    ['{"a": unknown}.size() == 1', /there is no "unknown"/],
    [`${'('.repeat(1_900)}1${')'.repeat(1_900)} == 1`, 'it is nested too deeply'],
  ])('%.40s is refused', (expression, problem) => {
    expect(problemOf(compileExpression(expression))).toMatch(problem);
  });
});
