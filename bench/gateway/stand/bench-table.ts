import { createHash } from 'node:crypto';
import type { Limits } from '../../../src/core/limits/limits.ts';
import type {
  CandidateRoute,
  RouteTable,
  ServiceRoute,
  TrackRoute,
} from '../../../src/core/routing/table.ts';

export interface BenchTableSpec {
  /** Of the environment and its one service; the API key is `<name>-key`. */
  readonly name: string;
  readonly upstream: string;
  readonly service?: Partial<ServiceRoute>;
  readonly candidate?: Partial<CandidateRoute>;
  readonly limits?: Limits;
}

/** An inference service in the middle of a canary: sticky 95/5, three guards, everybody with a key. */
export function benchTable({ name, upstream, service, candidate, limits }: BenchTableSpec): RouteTable {
  const track = (digit: string, releaseVersion: string): TrackRoute => ({
    release: `sha256:${digit.repeat(64)}`,
    releaseVersion,
    upstreams: [upstream],
  });
  const guards = ['errors', 'slow', 'feedback'].map((guard) => ({ name: guard, marginShare: 0.02 }));
  return {
    version: 1,
    environment: name,
    generation: { epoch: 1, seq: 1, cut: 0 },
    apiKeys: {
      required: true,
      keys: [{ id: name, sha256: createHash('sha256').update(`${name}-key`).digest('hex') }],
    },
    ...(limits && { limits }),
    services: {
      [name]: {
        service: name,
        protocol: 'open-inference',
        repeatable: true,
        sticky: { by: 'header', name: 'x-user-id' },
        timeouts: { connectMs: 1_000, firstByteMs: 10_000, totalMs: 60_000, idleMs: 30_000 },
        stable: track('a', '1.0.0'),
        candidate: {
          ...track('b', '1.1.0'),
          rollout: name,
          stage: 0,
          salt: name,
          share: 0.05,
          mirrorShare: 0,
          leaseMs: 600_000,
          rescue: true,
          readings: { guards, slowMs: 500, feedbackWithinMs: 5_000 },
          tripWireAlpha: 0.0001,
          compare: null,
          ...candidate,
        },
        ...service,
      },
    },
  };
}
