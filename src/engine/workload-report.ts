import type { Digest } from '../core/digest.ts';
import type { WorkloadStatus } from '../ports/runtime.ts';

/** What became of a release's replicas, for the lane to hear. */
export interface WorkloadReport {
  readonly release: Digest;
  readonly addresses: readonly string[];
  readonly ready: number;
  readonly wanted: number;
  readonly failure: string | null;
}

/** What a status says about a release of which so many replicas are wanted, and that had answered at these addresses. */
export const workloadReport = (
  release: Digest,
  wanted: number,
  status: WorkloadStatus,
  lastAddresses: readonly string[],
): WorkloadReport => {
  // Replicas beyond the wanted number are on their way out: nobody new is sent to them, and how they end is no news.
  const counted = status.replicas.filter(({ slot }) => slot < wanted);
  const ready = counted.filter(({ state }) => state === 'ready');
  const failed = counted.find(({ state }) => state === 'failed');
  return {
    release,
    // With no replica ready the last addresses stay: the runtime brings them back on the same ports.
    addresses: ready.length > 0 ? ready.map(({ address }) => address) : lastAddresses,
    ready: ready.length,
    wanted,
    failure: failed === undefined ? null : (failed.detail ?? 'a replica failed for good'),
  };
};
