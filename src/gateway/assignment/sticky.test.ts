import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sticky, StickySource } from '../../core/routing/sticky.ts';
import { assign, digestOfKey, placeOf } from './assign.ts';
import { type StickyRequest, stickyReader } from './sticky.ts';

const nothing: StickyRequest = { headers: {}, body: null, claims: null };
const body = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const keyOf = (sticky: Sticky, request: Partial<StickyRequest>): string | null =>
  stickyReader(sticky).read({ ...nothing, ...request }).key;

describe('the key that keeps a client on its track', () => {
  it.each<[string, StickySource, Partial<StickyRequest>, string | null]>([
    ['a header', { by: 'header', name: 'x-user' }, { headers: { 'x-user': 'alice' } }, 'alice'],
    ['no header', { by: 'header', name: 'x-user' }, {}, null],
    ['an empty header', { by: 'header', name: 'x-user' }, { headers: { 'x-user': '' } }, null],
    ['a cookie', { by: 'cookie', name: 'uid' }, { headers: { cookie: 'a=b; uid=42' } }, '42'],
    ['a field', { by: 'field', name: '/user/id' }, { body: body({ user: { id: 7 } }) }, '7'],
    ['an empty field', { by: 'field', name: '/user' }, { body: body({ user: '' }) }, null],
    ['a field that is no text', { by: 'field', name: '/user' }, { body: body({ user: [1] }) }, null],
    ['no body', { by: 'field', name: '/user' }, {}, null],
    ['a claim', { by: 'claim', name: 'sub' }, { claims: { sub: 'alice' } }, 'alice'],
    ['a nested claim', { by: 'claim', name: '/org/id' }, { claims: { org: { id: 5 } } }, '5'],
    ['a claim that everything has', { by: 'claim', name: 'constructor' }, { claims: {} }, null],
    ['no token', { by: 'claim', name: 'sub' }, {}, null],
  ])('is read from %s', (_, source, request, key) => {
    if (source.by === 'cookie' && key === null) return;
    expect(keyOf(source, request)).toBe(key);
  });

  it('is not looked for in a compressed body, and in a long one only where it begins', () => {
    const source: Sticky = { by: 'field', name: '/user' };
    const compressed = { body: body({ user: 'alice' }), headers: { 'content-encoding': 'gzip' } };
    expect(keyOf(source, compressed)).toBeNull();
    const rest = null as never;
    expect(keyOf(source, { body: { head: Buffer.from('{"user":"alice","image":"AAAA'), rest } })).toBe(
      'alice',
    );
    expect(keyOf(source, { body: { head: Buffer.from('{"image":"AAAA'), rest } })).toBeNull();
  });

  it('is the first that is there, and a cookie is given only where none is', () => {
    const sticky: Sticky = {
      by: 'claim',
      name: 'sub',
      otherwise: [
        { by: 'field', name: '/user' },
        { by: 'cookie', name: 'uid' },
        { by: 'header', name: 'x-user' },
      ],
    };
    const reader = stickyReader(sticky);
    expect([reader.needsBody, reader.givesCookie]).toEqual([true, true]);
    const all = {
      claims: { sub: 'claimed' },
      body: body({ user: 'named' }),
      headers: { cookie: 'uid=kept', 'x-user': 'told' },
    };
    const found = [all, { ...all, claims: null }, { ...all, claims: {}, body: null }].map((request) =>
      reader.read(request),
    );
    expect(found).toEqual(['claimed', 'named', 'kept'].map((key) => ({ key, setCookie: null })));
    expect(reader.read({ ...nothing, headers: { 'x-user': 'told' } })).toEqual({
      key: 'told',
      setCookie: null,
    });
    const given = reader.read(nothing);
    expect(given.setCookie).toContain(`uid=${given.key};`);
    expect(reader.read({ ...nothing, headers: { cookie: `uid=${given.key}` } }).key).toBe(given.key);
    expect(stickyReader({ by: 'header', name: 'x-user' }).read(nothing)).toEqual({
      key: null,
      setCookie: null,
    });
  });

  it('stays on its track while the share only grows, wherever it is read from', () => {
    const words = fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(...'abcXYZ019-_') });
    const source = fc.constantFrom<StickySource[]>(
      { by: 'header', name: 'x-user' },
      { by: 'cookie', name: 'uid' },
      { by: 'field', name: '/who/id' },
      { by: 'claim', name: 'sub' },
    );
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.uniqueArray(source, { minLength: 1, maxLength: 4, selector: ({ by }) => by }),
        fc.record({ header: words, cookie: words, field: words, claim: words }),
        fc.array(share, { minLength: 2, maxLength: 8 }),
        words,
        ([first, ...otherwise], keys, shares, salt) => {
          const sticky: Sticky = { ...first!, ...(otherwise.length > 0 && { otherwise }) };
          const request: StickyRequest = {
            headers: { 'x-user': keys.header, cookie: `uid=${keys.cookie}` },
            body: body({ padding: [1, { id: 'x' }], who: { id: keys.field } }),
            claims: { sub: keys.claim },
          };
          let wasCandidate = false;
          for (const now of shares.toSorted((a, b) => a - b)) {
            // Anew at each step, as after a new route table or a restart.
            const { key } = stickyReader(sticky).read(request);
            expect(key).toBe(keys[first!.by]);
            const isCandidate = assign(placeOf(digestOfKey(salt, key!)), now) === 'candidate';
            expect(isCandidate || !wasCandidate).toBe(true);
            wasCandidate = isCandidate;
          }
        },
      ),
    );
  });
});
