import type { Clock } from '../ports/clock.ts';
import type { Journal } from './journal.ts';

/** Well below the shortest lease a policy may set. */
export const leaseRenewalMs = 2_000;

/**
 * How leases are renewed. A lease says that the exposure in a table is still meant: whoever has not read what another control
 * plane recorded cannot say so, and neither can who asked too long ago.
 */
export const openLeaseKeeper = (parts: {
  journal: Pick<Journal, 'catchUp'>;
  clock: Clock;
  renew: () => void;
  failed: (error: unknown) => void;
}): (() => Promise<void>) => {
  const { journal, clock } = parts;
  let isRenewing = false;
  return async () => {
    if (isRenewing) return;
    isRenewing = true;
    const askedAtMs = clock.nowMs();
    try {
      await journal.catchUp();
      if (clock.nowMs() - askedAtMs <= leaseRenewalMs) parts.renew();
    } catch (error) {
      parts.failed(error);
    } finally {
      isRenewing = false;
    }
  };
};
