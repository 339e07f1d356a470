import type { CachePolicy } from '../../../core/routing/cache-policy.ts';

/** As `cache: {}` would be in tidegate.yaml, with smaller bounds. */
export const POLICY: CachePolicy = {
  ttlMs: 60_000,
  bytesAtMost: 1024 * 1024,
  entryBytesAtMost: 64 * 1024,
  methods: ['GET'],
  scope: 'key',
  isDeterministicOnly: true,
  hasStreams: false,
  isCoalescing: false,
  evidenceShare: 1,
};
