import type { Trip } from '../../core/routing/link.ts';
import type { LiveService } from './snapshot.ts';

/** What takes a candidate's exposure away between two route tables: a lease that ran out, a trip wire that fired. */
export interface Exposure {
  /** Probability that a request arriving now is the candidate's. */
  shareOf(service: LiveService, nowMs: number): number;
  /** Probability that a request answered by stable is mirrored now. */
  mirrorShareOf(service: LiveService, nowMs: number): number;
  renewLease(nowMs: number): void;
  /** Since the lease was renewed last; null when it never was. */
  leaseAgeMs(nowMs: number): number | null;
  /** False when the rollout was stopped before. */
  stop(trip: Trip): boolean;
  /** A newer table answers for everything that was stopped. Returns the rollouts concerned. */
  lift(): readonly string[];
  stopped(): readonly Trip[];
}

export function openExposure(): Exposure {
  const trips = new Map<string, Trip>();
  // A table from disk carries no word of a living control plane.
  let leaseFromMs = Number.NEGATIVE_INFINITY;

  const isExposed = ({ candidate }: LiveService, nowMs: number): boolean =>
    candidate !== null &&
    nowMs - leaseFromMs < candidate.route.leaseMs &&
    !trips.has(candidate.route.rollout);

  return {
    shareOf(service, nowMs) {
      if (service.candidate === null || !isExposed(service, nowMs)) return 0;
      const { share } = service.candidate.route;
      return service.stable === null && share > 0 ? 1 : share;
    },
    mirrorShareOf(service, nowMs) {
      return service.candidate !== null && isExposed(service, nowMs)
        ? service.candidate.route.mirrorShare
        : 0;
    },
    renewLease(nowMs) {
      leaseFromMs = nowMs;
    },
    leaseAgeMs: (nowMs) => (Number.isFinite(leaseFromMs) ? nowMs - leaseFromMs : null),
    stop(trip) {
      if (trips.has(trip.rollout)) return false;
      trips.set(trip.rollout, trip);
      return true;
    },
    lift() {
      const rollouts = [...trips.keys()];
      trips.clear();
      return rollouts;
    },
    stopped: () => [...trips.values()],
  };
}
