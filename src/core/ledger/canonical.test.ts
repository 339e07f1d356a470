import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalize, canonicalText, maxDepth, parseCanonical } from './canonical.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

const doubleOf = (hex: string): number => {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${hex}`));
  return view.getFloat64(0);
};

describe('the vectors of RFC 8785', () => {
  // Appendix B: bits of an IEEE 754 double, and its text.
  it.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('number %s is %s', (hex, text) => {
    expect(canonicalText(doubleOf(hex))).toBe(text);
  });

  it.each(['7fffffffffffffff', '7ff0000000000000', 'fff0000000000000'])('number %s is refused', (hex) => {
    expect(() => canonicalText({ a: [doubleOf(hex)] })).toThrow(/^\$\.a\[0\] is -?(NaN|Infinity)/);
  });

  it('writes the example of section 3.2.2 to the bytes of section 3.2.4', () => {
    const input = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    expect(Buffer.from(canonicalize(JSON.parse(input))).toString('hex')).toBe(
      '7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b3333333333333333332e33' +
        '3333333333332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c75303030665c6e' +
        '4127425c225c5c5c5c5c222f227d',
    );
  });

  it('sorts by UTF-16 code units, as section 3.2.3 shows', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    expect([...canonicalText(value).matchAll(/"([A-Z][^"]+)"/g)].map((match) => match[1])).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });
});

describe('what has no JSON form', () => {
  it.each<[string, unknown, RegExp]>([
    ['undefined', { a: undefined }, /^\$\.a is undefined/],
    ['a hole', Array(2), /^\$\[0\] is undefined/],
    ['a function', { f: () => 1 }, /^\$\.f is a function/],
    ['a BigInt', [1n], /^\$\[0\] is a bigint/],
    ['a symbol', Symbol('s'), /^\$ is a symbol/],
    ['a symbol as a name', { [Symbol('s')]: 1 }, /^\$ has a member named by a symbol/],
    ['a Date', { at: new Date(0) }, /^\$\.at is a Date/],
    ['a Map', new Map(), /^\$ is a Map/],
    ['bytes', { b: new Uint8Array(2) }, /^\$\.b is a Uint8Array/],
    ['half a surrogate pair', { s: '\ud800' }, /^\$\.s holds half/],
    ['half a surrogate pair in a name', { '\udc00': 1 }, /^\$ holds half/],
  ])('%s', (_name, value, message) => {
    expect(() => canonicalText(value)).toThrow(message);
  });

  it('a cycle', () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(() => canonicalText(loop)).toThrow(/nested deeper/);
  });
});

describe('reading back', () => {
  it.each([
    ['a space', '{"a": 1}'],
    ['another order', '{"b":1,"a":2}'],
    ['a repeated name', '{"a":1,"a":1}'],
    ['another number', '1.0'],
    ['an escape too many', String.raw`"\u0041"`],
    ['half a surrogate pair, escaped', String.raw`"\ud800"`],
    ['a number beyond doubles', '1e999'],
    ['a trailing newline', '{}\n'],
    ['a byte order mark', '\ufeff{}'],
    ['no JSON', '{'],
    ['nothing', ''],
  ])('refuses %s', (_name, text) => {
    expect(parseCanonical(bytesOf(text)).ok).toBe(false);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(parseCanonical(Uint8Array.of(0x22, 0xff, 0x22)).ok).toBe(false);
  });

  it('refuses what is nested too deep without running out of stack', () => {
    expect(parseCanonical(bytesOf('['.repeat(100_000) + ']'.repeat(100_000))).ok).toBe(false);
    expect(parseCanonical(bytesOf('['.repeat(maxDepth) + ']'.repeat(maxDepth))).ok).toBe(true);
  });

  it('keeps a member called __proto__', () => {
    const text = '{"__proto__":{"a":1}}';
    const reading = parseCanonical(bytesOf(text));
    expect(reading.ok && canonicalText(reading.value)).toBe(text);
  });

  it('gives back every JSON value, the same for every order of members', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const reading = parseCanonical(canonicalize(value));
        expect(reading).toEqual({ ok: true, value: JSON.parse(JSON.stringify(value)) });
        expect(canonicalText(reversed(value))).toBe(canonicalText(value));
      }),
    );
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}
