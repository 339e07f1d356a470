import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from './parse-json.ts';

/** Makes JSON.parse of a V8 with the fault read every later escaped name that begins alike as a backslash. */
const poison = (): void => void JSON.parse('{"h":[],"\\\\":0}');

describe('reading JSON', () => {
  it('keeps names with escapes, whatever was read before', () => {
    for (const name of ['"', '\n', '\\', '\t', '\u0001', '\\"']) {
      poison();
      const value = { h: 1, [name]: 2 };
      expect(parseJson(JSON.stringify(value))).toEqual(value);
    }
  });

  it('reads what JSON.parse reads, and refuses what it refuses', () => {
    const names = fc.string({
      unit: fc.constantFrom('"', '\\', '\n', 'a', ':', ',', '{', ' ', 'é', '0'),
      maxLength: 4,
    });
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof(
        fc.constantFrom(null, true, 1.5, '', 'a":', '\\', '"x":'),
        names,
        fc.array(tie('json'), { maxLength: 3 }),
        fc.dictionary(names, tie('json'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(json, (value) => {
        expect(parseJson(JSON.stringify(value))).toEqual(value);
        expect(parseJson(JSON.stringify(value, null, 2))).toEqual(value);
      }),
      { numRuns: 2_000, seed: 5 },
    );
    for (const text of ['{"a\\n":}', '{"a\\q":1}', '"\\"', '{"\\u00":1}', '["\\n",]', '{"a\\n" 1}', '\\'])
      expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  it('keeps the last of a repeated name and does not touch prototypes, as JSON.parse', () => {
    expect(parseJson('{"a\\n":1,"a\\n":2}')).toEqual({ 'a\n': 2 });
    const value = parseJson('{"__proto__":{"x\\n":1}}') as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});
