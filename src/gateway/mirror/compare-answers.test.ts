import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareAnswers } from './compare-answers.ts';

const compare = (a: string, b: string, pointers: string[] = [], tolerance = 0) =>
  compareAnswers(Buffer.from(a), Buffer.from(b), { pointers, tolerance });

describe('comparing answers', () => {
  it.each([
    ['{"a":1,"b":[2]}', '{ "b": [2], "a": 1 }', [], 0, 'agree'],
    ['{"a":1}', '{"a":1.01}', [], 0.02, 'agree'],
    ['{"a":1}', '{"a":1.03}', [], 0.02, 'disagree'],
    ['{"a":1}', '{"a":1,"b":2}', [], 0, 'disagree'],
    ['[1,2]', '{"0":1,"1":2}', [], 0, 'disagree'],
    ['{"a":1,"t":5}', '{"a":1,"t":9}', ['/a'], 0, 'agree'],
    ['{"a":{"x/y":[7]}}', '{"a":{"x/y":[8]}}', ['/a/x~1y/0'], 0, 'disagree'],
    ['{"a":1}', '{"b":1}', ['/a'], 0, 'disagree'],
    ['{"a":1}', '{"a":2}', ['/missing'], 0, 'incomparable'],
    ['plain', 'plain', [], 0, 'agree'],
    ['plain', 'other', [], 0, 'disagree'],
    ['plain', 'plain', ['/a'], 0, 'incomparable'],
    ['{"a":null}', '{"a":{}}', [], 0, 'disagree'],
    ['{"__proto__":1}', '{}', [], 0, 'disagree'],
  ] as const)('%s and %s by %j within %d: %s', (a, b, pointers, tolerance, expected) => {
    expect(compare(a, b, [...pointers], tolerance)).toBe(expected);
  });

  it('always agrees with itself, and does not care who is who', () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (a, b) => {
        expect(compare(a, a)).toBe('agree');
        expect(compare(a, b)).toBe(compare(b, a));
      }),
    );
  });

  it('survives what is nested too deeply', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    expect(['agree', 'incomparable', 'disagree']).toContain(compare(deep, deep));
  });
});
