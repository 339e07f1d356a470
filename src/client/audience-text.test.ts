import { describe, expect, it } from 'vitest';
import type { Audience } from '../core/audience/audience.ts';
import { audienceText } from './audience-text.ts';

const beta: Audience = { type: 'header', name: 'x-ring', values: ['beta', 'staff'] };
const some: Audience = { type: 'key-share', share: 0.2 };

describe('an audience in words', () => {
  it.each<[Audience, string]>([
    [beta, 'x-ring: beta or staff'],
    [{ type: 'header-prefix', name: 'x-app', prefix: '2.' }, 'x-app: 2.…'],
    [{ type: 'claim', name: 'groups', values: ['ml'] }, 'claim groups: ml'],
    [{ type: 'keys', ids: ['a', 'b', 'c', 'd', 'e'] }, 'key a or b or 3 others'],
    [some, '20 % of the keys'],
    [
      { type: 'not', of: { type: 'any', of: [beta, some] } },
      'not (x-ring: beta or staff, or 20 % of the keys)',
    ],
    [
      { type: 'all', of: [beta, { type: 'not', of: some }] },
      'x-ring: beta or staff and not 20 % of the keys',
    ],
  ])('%j', (audience, text) => {
    expect(audienceText(audience)).toBe(text);
  });
});
