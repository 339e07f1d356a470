import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootIsOf, newBoot, openInvocationIds, parseInvocationId } from './invocation-id.ts';

describe('invocation ids', () => {
  const boot = newBoot('production');
  const ids = openInvocationIds(boot);

  it('say when, where and which release', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 49 }), fc.integer({ min: 0, max: 1023 }), (atMs, slot) => {
        const id = ids.next(atMs, slot);
        expect(parseInvocationId(id)).toMatchObject({ atMs, slot, boot });
        expect(ids.isOurs(id)).toBe(true);
      }),
    );
  });

  it('sort by time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 49 }), fc.integer({ min: 0, max: 2 ** 49 }), (a, b) => {
        fc.pre(a !== b);
        expect(ids.next(a, 3) < openInvocationIds(newBoot('staging')).next(b, 1)).toBe(a < b);
      }),
    );
  });

  it('differ, and cannot be changed', () => {
    const many = new Set(Array.from({ length: 50_000 }, () => ids.next(1_700_000_000_000, 1)));
    expect(many.size).toBe(50_000);
    const [id] = many;
    for (let at = 0; at < 32; at += 1) {
      const changed = id!.slice(0, at) + (id![at] === 'x' ? 'y' : 'x') + id!.slice(at + 1);
      expect(ids.isOurs(changed)).toBe(false);
    }
    expect(openInvocationIds(boot).isOurs(id!)).toBe(false);
  });

  it('belong to an environment', () => {
    expect(bootIsOf(boot, 'production')).toBe(true);
    expect(bootIsOf(boot, 'staging')).toBe(false);
    for (const nonsense of ['', 'x', 'u'.repeat(32), 'A'.repeat(32)])
      expect(parseInvocationId(nonsense)).toBeNull();
  });
});
