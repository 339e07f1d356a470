import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pointerTokens, textAt } from './json-at-pointer.ts';

const at = (json: string, pointer: string): string | null =>
  textAt(Buffer.from(json), pointerTokens(pointer), 64);

/** As a parser sees it. */
function parsedAt(json: string, tokens: readonly string[]): string | null {
  let value: unknown = JSON.parse(json);
  for (const token of tokens) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return null;
    value = (value as Record<string, unknown>)[token];
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

describe('the text at a JSON pointer', () => {
  it.each<[string, string, string | null]>([
    ['{"user":"alice"}', '/user', 'alice'],
    ['{"a":{"b":[0,{"c":"x"}]}}', '/a/b/1/c', 'x'],
    ['{"a":[10, 20 ]}', '/a/1', '20'],
    ['{"a":[10,20]}', '/a/2', null],
    ['{"a":[10,20]}', '/a/01', null],
    ['{"a":[10,20]}', '/a/-', null],
    ['{"a":{"1":"member"}}', '/a/1', 'member'],
    ['{"a/b":{"c~d":"x"}}', '/a~1b/c~0d', 'x'],
    ['{"\\u0061":"x"}', '/a', 'x'],
    ['{"a":"first","a":"last"}', '/a', 'last'],
    ['{"n":-12.5e3}', '/n', '-12.5e3'],
    ['{"n":true,"m":null,"o":{},"l":[]}', '/n', null],
    ['{"m":null}', '/m', null],
    ['{"o":{}}', '/o', null],
    ['{"s":"caf\\u00e9 \\"x\\""}', '/s', 'café "x"'],
    [`{"s":"${'x'.repeat(100)}"}`, '/s', null],
    ['"text"', '', null],
    ['{"user":"ali', '/user', null],
    ['{"user":12', '/user', null],
    ['no json', '/user', null],
    ['', '/user', null],
  ])('%s at %s', (json, pointer, text) => {
    expect(at(json, pointer)).toBe(text);
  });

  it('is what a parser finds there, in any JSON', () => {
    const key = fc.constantFrom('a', 'b', '0', '1', '', 'a/b', '~', '"', 'é');
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'binary', maxLength: 8 }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(
        value,
        fc.array(key, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(0, 2),
        (json, tokens, indent) => {
          const text = JSON.stringify(json, null, indent);
          expect(textAt(Buffer.from(text), tokens, 1_024)).toBe(parsedAt(text, tokens));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('never throws and never finds what is cut off, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (json, cut) => {
        const bytes = Buffer.from(json);
        textAt(bytes.subarray(0, cut % (bytes.length + 1)), ['a', '0'], 64);
      }),
    );
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void textAt(Buffer.from(bytes), ['a'], 64)));
  });
});
