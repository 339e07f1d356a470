import type { LookupAddress, LookupOptions } from 'node:dns';
import { isRefusedIp } from '../checks/refused-address.ts';

type LookupDone = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/** Finds every address of a name; as `dns.lookup` with `all`. */
export type Resolve = (
  name: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Where a connection must not go. */
export class RefusedAddress extends Error {
  readonly code = 'REFUSED_ADDRESS';
}

/** A lookup for sockets. What the name leads to is what gets connected: no second lookup could give another answer. */
export const guardedLookup =
  (resolve: Resolve, allowed: ReadonlySet<string> = new Set()) =>
  (name: string, options: LookupOptions, done: LookupDone): void => {
    resolve(name, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        done(error, []);
        return;
      }
      const usable = addresses.filter(({ address }) => allowed.has(address) || !isRefusedIp(address));
      const [first] = usable;
      if (first === undefined) done(new RefusedAddress(name), []);
      else if (options.all === true) done(null, usable);
      else done(null, first.address, first.family);
    });
  };
