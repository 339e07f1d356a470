import { setTimeout as delay } from 'node:timers/promises';
import type { OpenLimits } from '../limits/open-limits.ts';
import type { Exposure } from '../routes/exposure.ts';
import type { Succession } from './succession.ts';
import type { Tenure } from './tenure.ts';

export interface TakeTurnSpec {
  readonly succession: Succession;
  readonly tenure: Tenure;
  readonly limits: Pick<OpenLimits, 'takeOver'>;
  readonly exposure: Pick<Exposure, 'stop' | 'leaseAgeMs'>;
  readonly isConnected: () => boolean;
  /** It has told the control plane that it follows the table of that one. */
  readonly hasApplied: () => boolean;
  readonly hasCandidates: () => boolean;
}

const LOOK_EVERY_MS = 10;
/** Longer than the control plane lets pass between two leases. Without one, candidates would get nothing for a moment. */
const LEASE_WITHIN_MS = 2_500;
/** A control plane that has no table to give says nothing. */
const TABLE_WITHIN_MS = 3_000;

/**
 * Waits until this process has all that its predecessor serves by, and until that one lets go; when that one dies, not at all. Afterwards this
 * process may accept connections.
 */
export async function takeTurn(spec: TakeTurnSpec): Promise<void> {
  const { succession, tenure, limits, exposure } = spec;
  let isAlone = false;
  void succession.alone.then(() => {
    isAlone = true;
    tenure.isShared = false;
  });
  let connectedAtMs: number | null = null;
  let appliedAtMs: number | null = null;
  const isReady = (): boolean => {
    const nowMs = performance.now();
    if (!spec.isConnected()) {
      connectedAtMs = null;
      return false;
    }
    connectedAtMs ??= nowMs;
    if (!spec.hasApplied()) return nowMs - connectedAtMs >= TABLE_WITHIN_MS;
    appliedAtMs ??= nowMs;
    return (
      !spec.hasCandidates() || exposure.leaseAgeMs(nowMs) !== null || nowMs - appliedAtMs >= LEASE_WITHIN_MS
    );
  };
  while (!isAlone && !isReady()) await delay(LOOK_EVERY_MS);
  succession.ready();
  const handedOn = await succession.turn();
  await limits.takeOver(handedOn?.limits ?? null);
  for (const trip of handedOn?.trips ?? []) exposure.stop(trip);
  tenure.phase = 'serving';
}
