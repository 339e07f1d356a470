import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PERSONAL_DATA } from '../scorers/safety/personal-data.ts';
import { placePattern } from './place-pattern.ts';
import { redactTarget } from './redact-target.ts';
import { openTextRedactor } from './redact-text.ts';
import { redactValue } from './redact-value.ts';
import { nameRules } from './sensitive-name.ts';

const KEY = 'qT7vLm2XbN9sRw4KzY1cHd8JfG5pUe3A';
const redact = (text: string): string => openTextRedactor(PERSONAL_DATA).redact(text);

describe('a text that is to be stored', () => {
  it.each([
    ['call +49 30 901820 or jane@corp.de', 'call [phone] or [email]'],
    ['mail to someone@example.com', 'mail to [email]'],
    ['4111-1111-1111-1111, DE89370400440532013000', '[card], [iban]'],
    [`authorization: Bearer ${KEY}`, '[secret]'],
    [`curl -H "x: Bearer ${KEY}"`, 'curl -H "x: [secret]"'],
    [`key sk-${KEY} or tgk_${KEY}`, 'key [secret] or [secret]'],
    ['password=hunter2 and more', '[secret] and more'],
    [`-----BEGIN RSA PRIVATE KEY-----\n${KEY}\n-----END RSA PRIVATE KEY-----\nbye`, '[private-key]\nbye'],
    [`-----BEGIN PRIVATE KEY-----\n${KEY}\n${KEY}`, '[private-key]'],
    ['postgres://app:s3cretpw@db.internal/x', '[password-in-address]/x'],
  ])('loses what must not be kept: %s', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it.each([
    'the quick brown fox',
    'max_tokens is 512 and temperature 0.2',
    'token classification with basic features',
    'key_performance_indicators of the quarter',
    'see https://docs.internal/a/b?c=d',
  ])('keeps what is none: %s', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('has nothing left to find, and what was planted is gone wherever it stands', () => {
    const planted = ['jane@corp.de', '4111 1111 1111 1111', `tgk_${KEY}`, `Bearer ${KEY}`, '+49 30 901820'];
    const part = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom(...planted));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const text = parts.join(' ; ');
        const once = redact(text);
        expect(redact(once)).toBe(once);
        expect(once).not.toContain(KEY);
        expect(once).not.toContain('1111 1111');
        expect(once).not.toContain('jane@corp');
      }),
      { numRuns: 300 },
    );
  });

  it('is found however it was cut into pieces, and in each piece', () => {
    const text = `x ${KEY} jane@corp.de, Bearer ${KEY} y`;
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 6 }), (cuts) => {
        const at = [0, ...cuts, text.length].sort((a, b) => a - b);
        const pieces = at.slice(1).map((end, index) => text.slice(at[index], end));
        expect(openTextRedactor(PERSONAL_DATA).redactPieces(pieces)).not.toMatch(/corp|Bearer/);
      }),
      { numRuns: 200 },
    );
    // Together they are a longer number, which is none of a card.
    expect(openTextRedactor(PERSONAL_DATA).redactPieces(['4111111111111111', '7'])).toBe('[card]7');
  });
});

describe('a value that is to be stored', () => {
  it('keeps a schema of a credential only if it has no value in it', () => {
    const kept = (password: unknown): boolean => JSON.stringify(value({ password })).includes('"type"');
    expect(kept({ type: ['string', 'null'], description: 'of the user', minLength: 8 })).toBe(true);
    expect(kept({ type: 'object', properties: { a: { type: 'string' } }, required: ['a'] })).toBe(true);
    for (const more of [
      { default: 'hunter2' },
      { const: 'hunter2' },
      { enum: ['hunter2'] },
      { examples: ['hunter2'] },
      { first: 'hunter2' },
      { value: 'hunter2' },
      { items: { type: 'string', default: 'hunter2' } },
      { properties: { a: { type: 'string', const: 'hunter2' } } },
      { title: { a: 'hunter2' } },
    ])
      expect(value({ password: { type: 'string', ...more } })).toEqual({ password: '[secret]' });
    expect(kept({ type: [], hunter2: true })).toBe(false);
  });

  const value = (given: unknown, pointers: readonly string[] = [], fields: readonly string[] = []): unknown =>
    redactValue(
      given,
      { places: pointers.map(placePattern), names: nameRules(fields, PERSONAL_DATA) },
      openTextRedactor(PERSONAL_DATA),
    );

  it('loses members by name and place, and keeps what describes them', () => {
    expect(
      value({
        ssn: 123456789,
        'Client-Secret': { deep: 1 },
        password: null,
        tools: { password: { type: 'string' } },
        usage: { total_tokens: 12 },
      }),
    ).toEqual({
      ssn: '[us-ssn]',
      'Client-Secret': '[secret]',
      password: null,
      tools: { password: { type: 'string' } },
      usage: { total_tokens: 12 },
    });
    expect(value({ a: [{ b: 1 }, { b: 2, c: 3 }], 'x/y': 1 }, ['/a/*/b', '/x~1y'])).toEqual({
      a: [{ b: '[redacted]' }, { b: '[redacted]', c: 3 }],
      'x/y': '[redacted]',
    });
    expect(value('all of it', [''])).toBe('[redacted]');
    const named = { is_pregnant: true, diagnosis: { type: 'string', title: 'flu' }, score: 0, left: null };
    expect(value(named, [], ['is_pregnant', 'diagnosis', 'score', 'left'])).toEqual({
      is_pregnant: '[redacted]',
      diagnosis: '[redacted]',
      score: '[redacted]',
      left: null,
    });
    expect(value({ 'Full Name': 'Jane', fullName: 'Jane' }, [], ['full_name'])).toEqual({
      'Full Name': '[redacted]',
      fullName: '[redacted]',
    });
  });

  it('is not tricked by names of prototypes, numbers that lost digits, or JSON inside texts', () => {
    const given = JSON.parse(`{"__proto__": {"password": "x"}, "n": 12345678901234567890}`) as unknown;
    expect(JSON.stringify(value(given))).toBe('{"__proto__":{"password":"[secret]"},"n":"[number]"}');
    const inside = JSON.stringify({ args: JSON.stringify({ pwd: 'abc', rest: 'ok' }) });
    expect(value(inside)).toBe('{"args":"{\\"pwd\\":\\"[secret]\\",\\"rest\\":\\"ok\\"}"}');
  });
});

it('a path and its query lose the same', () => {
  const target = (text: string): string =>
    redactTarget(text, nameRules(['who'], PERSONAL_DATA), openTextRedactor(PERSONAL_DATA));
  expect(target('/v1/users/jane%40corp.de/x?token=abc&q=a%20b&who=me&mail=1')).toBe(
    '/v1/users/[email]/x?token=[secret]&q=a%20b&who=[redacted]&mail=[email]',
  );
  expect(target('/plain?x=%E0%A4%A')).toBe('/plain?x=%E0%A4%A');
});
