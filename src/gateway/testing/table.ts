import type { CandidateRoute, RouteTable, ServiceRoute, TrackRoute } from '../../core/routing/table.ts';

export const STABLE_DIGEST = `sha256:${'a'.repeat(64)}` as const;
export const CANDIDATE_DIGEST = `sha256:${'c'.repeat(64)}` as const;

export const stableAt = (...upstreams: string[]): TrackRoute => ({
  release: STABLE_DIGEST,
  releaseVersion: '1.0.0',
  upstreams,
});

export const candidateAt = (
  upstreams: readonly string[],
  overrides: Partial<CandidateRoute> = {},
): CandidateRoute => ({
  release: CANDIDATE_DIGEST,
  releaseVersion: '1.1.0',
  upstreams,
  rollout: 'rollout-1',
  stage: 0,
  salt: 'salt-1',
  share: 0.5,
  mirrorShare: 0,
  leaseMs: 60_000,
  rescue: true,
  readings: {
    guards: [
      { name: 'errors', marginShare: 0.02 },
      { name: 'slow', marginShare: 0.02 },
      { name: 'feedback', marginShare: 0.02 },
    ],
    slowMs: 400,
    feedbackWithinMs: 600,
  },
  tripWireAlpha: 0,
  compare: null,
  ...overrides,
});

export const serviceWith = (overrides: Partial<ServiceRoute>): ServiceRoute => ({
  service: 'spam',
  protocol: 'open-inference',
  repeatable: false,
  sticky: null,
  timeouts: { connectMs: 500, firstByteMs: 2_000, totalMs: 10_000, idleMs: 2_000 },
  stable: null,
  candidate: null,
  ...overrides,
});

export function tableWith(
  seq: number,
  services: readonly ServiceRoute[],
  overrides: Partial<RouteTable> = {},
): RouteTable {
  return {
    version: 1,
    environment: 'production',
    generation: { epoch: 1, seq, cut: 0 },
    apiKeys: { required: false, keys: [] },
    services: Object.fromEntries(services.map((service) => [service.service, service])),
    ...overrides,
  };
}
