import { describe, expect, it } from 'vitest';
import { digestNumber } from '../core/rollout/testing/lane.ts';
import { lookAtExternal } from './external-watch.ts';

const spec = {
  kind: 'external',
  address: 'http://127.0.0.1:9',
  ready: { path: '/health', timeoutMs: 1_000 },
  fingerprint: { path: '/version', digest: digestNumber(1) },
} as const;
const world = (isReady: boolean, found: `sha256:${string}` | null) => ({
  probe: async () => isReady,
  fingerprint: async () => found,
});

describe('a release that somebody else runs', () => {
  it('is fine while it answers what was sealed', async () => {
    expect(await lookAtExternal(world(true, digestNumber(1)), spec)).toEqual({
      isReady: true,
      failure: null,
    });
  });

  it('is reported when what runs there was changed', async () => {
    const { failure } = await lookAtExternal(world(true, digestNumber(2)), spec);
    expect(failure).toContain('somebody changed what runs there');
  });

  it('is unknown, not changed, while it does not tell', async () => {
    expect(await lookAtExternal(world(true, null), spec)).toEqual({ isReady: true, failure: null });
    expect(await lookAtExternal(world(false, digestNumber(2)), spec)).toEqual({
      isReady: false,
      failure: null,
    });
  });
});
