import { describe, expect, it } from 'vitest';
import type { CandidateRoute, ServiceRoute } from '../../core/routing/table.ts';
import { candidateAt, serviceWith, stableAt, tableWith } from '../testing/table.ts';
import { limitExposure } from './limit-exposure.ts';

const stable = stableAt('http://stable');
const service = (
  name: string,
  candidate: Partial<CandidateRoute> | null,
  more: Partial<ServiceRoute> = {},
) => ({
  ...serviceWith({
    stable,
    candidate: candidate === null ? null : candidateAt(['http://candidate'], candidate),
    ...more,
  }),
  service: name,
});

describe('a table without what it adds', () => {
  it('is the table itself where it adds nothing', () => {
    const before = tableWith(1, [service('spam', { share: 0.5 }), service('chat', null)]);
    const lowered = tableWith(2, [service('spam', { share: 0.1 }), service('chat', null)]);
    expect(limitExposure(before, lowered)).toBe(lowered);
    const completed = tableWith(3, [service('spam', null, { stable: stableAt('http://candidate') })]);
    expect(limitExposure(lowered, completed)).toBe(completed);
  });

  it('keeps to the audience before until the wider one may come, and to nobody where neither holds the other', () => {
    const some = { type: 'keys', ids: ['a'] } as const;
    const more = { type: 'keys', ids: ['a', 'b'] } as const;
    const others = { type: 'keys', ids: ['c'] } as const;
    const before = tableWith(1, [service('spam', { share: 0.5, audience: some })]);
    const now = (change: Partial<CandidateRoute>) =>
      limitExposure(before, tableWith(2, [service('spam', change)])).services.spam?.candidate;
    expect(now({ share: 0.1, audience: more })).toMatchObject({ share: 0.1, audience: some });
    expect(now({ share: 0.9 })).toMatchObject({ share: 0.5, audience: some });
    expect(now({ share: 0.5, audience: others })).toMatchObject({ share: 0, mirrorShare: 0 });
    const narrowed = tableWith(3, [service('spam', { share: 0.5, audience: some })]);
    expect(limitExposure(tableWith(1, [service('spam', { share: 0.5 })]), narrowed)).toBe(narrowed);
  });

  it('takes one candidate away and keeps another where it is', () => {
    const before = tableWith(1, [service('spam', { share: 0.5 }), service('chat', { share: 0.1 })]);
    const mixed = tableWith(2, [service('spam', null), service('chat', { share: 1 })]);
    const limited = limitExposure(before, mixed);
    expect(limited.generation).toEqual(mixed.generation);
    expect(limited.services.spam?.candidate).toBeNull();
    expect(limited.services.chat?.candidate?.share).toBe(0.1);
  });

  it('takes the users of a pulled candidate back before its copies are on', () => {
    const before = tableWith(1, [service('spam', { share: 0.5 })]);
    const pulled = tableWith(2, [service('spam', { share: 0, mirrorShare: 1 })]);
    expect(limitExposure(before, pulled).services.spam?.candidate).toMatchObject({
      share: 0,
      mirrorShare: 0,
    });
  });

  it('knows a candidate by its rollout, and a first table allows none', () => {
    const before = tableWith(1, [service('spam', { share: 0.5, rollout: 'rollout-1' })]);
    const other = tableWith(2, [service('spam', { share: 0.1, rollout: 'rollout-2' })]);
    expect(limitExposure(before, other).services.spam?.candidate).toBeNull();
    expect(limitExposure(null, other).services.spam?.candidate).toBeNull();
  });

  it('keeps stable beside a candidate that would get everything without it', () => {
    const before = tableWith(1, [service('spam', { share: 0.1 })]);
    const alone = tableWith(2, [service('spam', { share: 0.1 }, { stable: null })]);
    expect(limitExposure(before, alone).services.spam).toMatchObject({ stable, candidate: { share: 0.1 } });
  });
});
