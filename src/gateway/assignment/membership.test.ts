import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Audience } from '../../core/audience/audience.ts';
import { isWithin } from '../../core/audience/is-within.ts';
import { type AudienceRequest, membershipOf } from './membership.ts';

const request = (change: Partial<AudienceRequest> = {}): AudienceRequest => ({
  headers: {},
  claims: null,
  keyId: null,
  ...change,
});
const has = (audience: Audience, change: Partial<AudienceRequest>): boolean =>
  membershipOf(audience, 'salt')(request(change));

const beta: Audience = { type: 'header', name: 'x-ring', values: ['beta', 'staff'] };
const german: Audience = { type: 'header', name: 'cf-ipcountry', values: ['DE'] };

describe('an audience', () => {
  it.each<[string, Audience, Partial<AudienceRequest>, boolean]>([
    ['a header', beta, { headers: { 'x-ring': 'beta' } }, true],
    ['another value', beta, { headers: { 'x-ring': 'Beta' } }, false],
    ['no header', beta, {}, false],
    [
      'a prefix',
      { type: 'header-prefix', name: 'x-app', prefix: '2.' },
      { headers: { 'x-app': '2.1' } },
      true,
    ],
    [
      'another',
      { type: 'header-prefix', name: 'x-app', prefix: '2.' },
      { headers: { 'x-app': '12.1' } },
      false,
    ],
    ['a claim', { type: 'claim', name: 'groups', values: ['ml'] }, { claims: { groups: ['a', 'ml'] } }, true],
    ['no token', { type: 'claim', name: 'groups', values: ['ml'] }, {}, false],
    ['a key', { type: 'keys', ids: ['corp:alice'] }, { keyId: 'corp:alice' }, true],
    ['nobody in particular', { type: 'keys', ids: ['corp:alice'] }, {}, false],
    ['all keys', { type: 'key-share', share: 1 }, { keyId: 'a' }, true],
    ['no part of nobody', { type: 'key-share', share: 1 }, {}, false],
    ['one of two', { type: 'any', of: [beta, german] }, { headers: { 'cf-ipcountry': 'DE' } }, true],
    ['only one of two', { type: 'all', of: [beta, german] }, { headers: { 'cf-ipcountry': 'DE' } }, false],
    ['everybody else', { type: 'not', of: german }, { headers: { 'cf-ipcountry': 'FR' } }, true],
  ])('knows %s', (_, audience, change, isIn) => {
    expect(has(audience, change)).toBe(isIn);
  });

  it('that is not known here has nobody in it', () => {
    expect(has({ type: 'moon-phase' } as never, { keyId: 'a' })).toBe(false);
    expect(isWithin(null, { type: 'moon-phase' } as never)).toBe(false);
  });

  it('has its part of the keys, the same ones in each process, and more of them as it grows', () => {
    const keys = Array.from({ length: 4_000 }, (_, n) => `key-${n}`);
    const some = (share: number): string[] =>
      keys.filter((keyId) => has({ type: 'key-share', share }, { keyId }));
    const deviation = Math.sqrt(4_000 * 0.2 * 0.8);
    expect(Math.abs(some(0.2).length - 800)).toBeLessThan(5 * deviation);
    const more = new Set(some(0.4));
    expect(some(0.2).every((key) => more.has(key))).toBe(true);
  });

  const name = fc.constantFrom('x-a', 'x-b');
  const word = fc.constantFrom('1', '2', '12', '21');
  const words = fc.uniqueArray(word, { minLength: 1 });
  const { audience } = fc.letrec<{ audience: Audience }>((tie) => ({
    audience: fc.oneof(
      { maxDepth: 3 },
      fc.record({ type: fc.constant('header' as const), name, values: words }),
      fc.record({ type: fc.constant('header-prefix' as const), name, prefix: word }),
      fc.record({ type: fc.constant('claim' as const), name, values: words }),
      fc.record({ type: fc.constant('keys' as const), ids: words }),
      fc.record({ type: fc.constant('key-share' as const), share: fc.constantFrom(0.1, 0.5, 1) }),
      fc.record({
        type: fc.constantFrom('all' as const, 'any' as const),
        of: fc.array(tie('audience'), { minLength: 1, maxLength: 3 }),
      }),
      fc.record({ type: fc.constant('not' as const), of: tie('audience') }),
    ),
  }));
  const anyRequest = fc.record({
    headers: fc.record({ 'x-a': word, 'x-b': word }, { requiredKeys: [] }),
    claims: fc.option(fc.record({ 'x-a': words, 'x-b': word }, { requiredKeys: [] })),
    keyId: fc.option(word),
  });

  it('that is within another has nobody who is not in the other', () => {
    let found = 0;
    fc.assert(
      fc.property(
        audience,
        audience,
        fc.array(anyRequest, { minLength: 5, maxLength: 20 }),
        (inner, outer, requests) => {
          if (!isWithin(inner, outer)) return;
          found += 1;
          for (const one of requests)
            if (membershipOf(inner, 's')(one)) expect(membershipOf(outer, 's')(one)).toBe(true);
        },
      ),
      { numRuns: 5_000 },
    );
    expect(found).toBeGreaterThan(100);
  });

  it('is within itself, within everybody, and within what was widened', () => {
    fc.assert(
      fc.property(audience, audience, (one, other) => {
        expect(isWithin(one, one)).toBe(true);
        expect(isWithin(one, null)).toBe(true);
        expect(isWithin(null, one)).toBe(false);
        expect(isWithin(one, { type: 'any', of: [other, one] })).toBe(true);
        expect(isWithin({ type: 'all', of: [other, one] }, one)).toBe(true);
      }),
    );
  });
});
