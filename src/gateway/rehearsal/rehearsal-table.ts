import { createHash } from 'node:crypto';
import type { RouteTable, TrackRoute } from '../../core/routing/table.ts';

/** A service in the middle of a canary, with what most services have: a key, limits, sticky users, guards. */
export function rehearsalTable(upstream: string, key: string): RouteTable {
  const track = (digit: string, releaseVersion: string): TrackRoute => ({
    release: `sha256:${digit.repeat(64)}`,
    releaseVersion,
    upstreams: [upstream],
  });
  const bound = { rates: { requests: { perSecond: 1e6, burst: 1e6 } }, inFlight: 10_000 };
  return {
    version: 1,
    environment: 'rehearsal',
    generation: { epoch: 1, seq: 1, cut: 0 },
    apiKeys: {
      required: true,
      keys: [{ id: 'rehearsal', sha256: createHash('sha256').update(key).digest('hex') }],
    },
    limits: {
      total: bound,
      services: {},
      keys: { ...bound, inFlight: null },
      tiers: [],
      queue: { waiting: 100, waitMs: 1_000 },
    },
    services: {
      rehearsal: {
        service: 'rehearsal',
        protocol: 'open-inference',
        repeatable: true,
        sticky: { by: 'header', name: 'x-user-id' },
        timeouts: { connectMs: 1_000, firstByteMs: 10_000, totalMs: 60_000, idleMs: 30_000 },
        stable: track('a', '1.0.0'),
        candidate: {
          ...track('b', '1.1.0'),
          rollout: 'rehearsal',
          stage: 0,
          salt: 'rehearsal',
          share: 0.2,
          mirrorShare: 0,
          leaseMs: 60_000,
          rescue: true,
          readings: {
            guards: ['errors', 'slow', 'feedback'].map((name) => ({ name, marginShare: 0.02 })),
            slowMs: 500,
            feedbackWithinMs: 1_000,
          },
          tripWireAlpha: 0.0001,
          compare: null,
        },
      },
    },
  };
}
