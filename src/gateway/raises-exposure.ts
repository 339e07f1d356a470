import type { RouteTable } from '../core/routing/table.ts';

/** True when the new table sends a candidate anything that the old one did not: such a table waits until it is on disk. */
export function raisesExposure(from: RouteTable | null, to: RouteTable): boolean {
  return Object.values(to.services).some(({ service, candidate, stable }) => {
    if (candidate === null) return false;
    const before = from?.services[service];
    const same = before?.candidate?.rollout === candidate.rollout ? before.candidate : null;
    const losesStable = stable === null && before?.stable != null;
    return (
      candidate.share > (same?.share ?? 0) ||
      candidate.mirrorShare > (same?.mirrorShare ?? 0) ||
      (losesStable && candidate.share > 0)
    );
  });
}
