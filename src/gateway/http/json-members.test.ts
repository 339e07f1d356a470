import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMemberTrue, membersIn, textMember, withTextMember } from './json-members.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

describe('members of a JSON object', () => {
  it.each([
    ['{"model":"a"}', 'a'],
    [' { "stream" : true , "model" : "a" } ', 'a'],
    ['{"messages":[{"model":"not this"},"}],"],"model":"a"}', 'a'],
    ['{"a\\"model":"b","model":"a\\"b"}', 'a"b'],
    ['{"mod\\u0065l":"a"}', 'a'],
    ['{"model":"first","model":"last"}', 'last'],
    ['\uFEFF{"model":"a"}', 'a'],
    ['{"x":"\\\\","model":"a"}', 'a'],
    ['{"model":5}', null],
    ['{"model":"cut', null],
    ['["model","a"]', null],
    ['{"a":{"model":"a"}}', null],
    ['{}', null],
    ['', null],
    ['{"a" "model":"a"}', null],
  ])('in %s', (text, value) => {
    expect(textMember(bytes(text), 'model')).toBe(value);
  });

  it('says whether something is true', () => {
    expect(isMemberTrue(bytes('{"stream":true,"x":1}'), 'stream')).toBe(true);
    expect(isMemberTrue(bytes('{"stream":false}'), 'stream')).toBe(false);
    expect(isMemberTrue(bytes('{"stream":"true"}'), 'stream')).toBe(false);
  });

  it('sees in any object what JSON.parse sees, however it is spaced, and in the beginning of one nothing false', () => {
    const key = fc.constantFrom('model', 'stream', 'mod"el', 'a\\', 'é', '');
    const anyObject = fc.dictionary(key, fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(
        anyObject,
        fc.constantFrom(0, 1, '\t'),
        fc.double({ min: 0, max: 1 }),
        (value, space, part) => {
          const text = bytes(JSON.stringify(value, null, space));
          const [span] = membersIn(text, 'model');
          const seen = span && JSON.parse(text.toString('utf8', span.from, span.to));
          expect(seen).toEqual(
            value.model === undefined ? undefined : JSON.parse(JSON.stringify(value.model)),
          );
          const beginning = membersIn(text.subarray(0, Math.floor(text.length * part)), 'model');
          if (beginning.length > 0) expect(beginning).toEqual([span]);
        },
      ),
      { seed: 4 },
    );
  });

  it('replaces a text and leaves every other byte as it is', () => {
    const given = bytes('{ "seed": 12345678901234567890, "model" :"chat", "model": "twice", "n": 1.0 }');
    expect(withTextMember(given, 'model', 'gpt "x"').toString()).toBe(
      '{ "seed": 12345678901234567890, "model" :"gpt \\"x\\"", "model": "gpt \\"x\\"", "n": 1.0 }',
    );
    const without = bytes('{"n":1}');
    expect(withTextMember(without, 'model', 'x')).toBe(without);
  });
});
