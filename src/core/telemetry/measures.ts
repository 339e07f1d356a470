import type { SeriesFamily } from './series-family.ts';

/** What a gateway process says about itself when it is asked. */
export interface Measures {
  readonly families: readonly SeriesFamily[];
  readonly live: LiveGateway;
}

/** The state of a process, for people who look at it now. */
export interface LiveGateway {
  readonly startedAtMs: number;
  readonly inFlight: number;
  /** Invocations that ended, as a rate over the last seconds. */
  readonly ratePerSecond: number;
  readonly connections: number;
  readonly residentBytes: number;
  /** Since a control plane last stood by the exposure of candidates; null: not since the start. */
  readonly leaseAgeMs: number | null;
  readonly addresses: readonly LiveAddress[];
  /** Addresses beyond those that are listed. */
  readonly addressesLeftOut: number;
}

export interface LiveAddress {
  readonly service: string;
  readonly track: 'stable' | 'candidate';
  /** Version, `@`, first digits of the digest. */
  readonly release: string;
  readonly address: string;
  readonly standing: AddressStanding;
  readonly inFlight: number;
}

/**
 * `in`: takes requests. `slow-start`: takes less than its share, for it is fresh. `refusing`: refused connections just now.
 * `ejected`: passed over for its answers. `probing`: its rest is over, and one request tries it or is about to.
 */
export type AddressStanding = 'in' | 'slow-start' | 'refusing' | 'ejected' | 'probing';

export const ADDRESS_STANDINGS = [
  'in',
  'slow-start',
  'refusing',
  'ejected',
  'probing',
] as const satisfies readonly AddressStanding[];
