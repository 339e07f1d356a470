import { describe, expect, it } from 'vitest';
import { type Kept, openVerifiedTokens } from './verified-tokens.ts';

const kept = (issuer = 'corp', length = 100, expiresAtMs = 1_000): Kept => ({
  verified: { isGood: true, keyId: 'corp:alice', tier: null, claims: {}, expiresAtMs },
  issuer,
  isForwarded: false,
  length,
});

describe('tokens that were found to be good', () => {
  it('are known until they expire, and not a moment longer', () => {
    const tokens = openVerifiedTokens({ countAtMost: 10, lengthAtMost: 10_000 });
    const one = kept();
    tokens.add('a', one);
    expect(tokens.get('a', 999)).toBe(one);
    expect(tokens.get('a', 1_000)).toBeNull();
    expect(tokens.size()).toBe(0);
  });

  it('are as many as fit, the newest of them, by number and by length', () => {
    const byCount = openVerifiedTokens({ countAtMost: 3, lengthAtMost: 10_000 });
    const byLength = openVerifiedTokens({ countAtMost: 1_000, lengthAtMost: 350 });
    for (const tokens of [byCount, byLength]) {
      for (let n = 0; n < 50; n += 1) {
        tokens.add(`token-${n}`, kept());
        tokens.add(`token-${n}`, kept());
      }
      expect(tokens.size()).toBe(3);
      expect(['token-46', 'token-47', 'token-49'].map((digest) => tokens.get(digest, 0) !== null)).toEqual([
        false,
        true,
        true,
      ]);
    }
  });

  it('are forgotten by issuer', () => {
    const tokens = openVerifiedTokens({ countAtMost: 10, lengthAtMost: 10_000 });
    tokens.add('a', kept('corp'));
    tokens.add('b', kept('build'));
    tokens.forget('corp');
    expect([tokens.get('a', 0), tokens.get('b', 0)?.issuer]).toEqual([null, 'build']);
  });
});
