import { createHash } from 'node:crypto';
import path from 'node:path';
import { type Admission, openAdmission } from './admission.ts';
import { type BookKeeper, openBookKeeper } from './book-keeper.ts';
import { type Booking, bookingElsewhere, bookingHere } from './booking.ts';
import { openLimitBook } from './limit-book.ts';

export interface OpenLimits extends Pick<Admission, 'admit' | 'counts'> {
  /** To be called several times a second. */
  tick(): void;
  close(): Promise<void>;
}

export interface LimitsSpec {
  readonly environment: string;
  /** Directory that only this user can enter, the same for all processes of the environment. */
  readonly directory: string;
  /** Which of `processes` this is; the first keeps the book. */
  readonly process: number;
  readonly processes: number;
  readonly onTrouble: (what: string, error: unknown) => void;
}

/** The limits of an environment, as one of its processes keeps to them. */
export async function openLimits(spec: LimitsSpec): Promise<OpenLimits> {
  const { processes, onTrouble } = spec;
  const nowMs = (): number => performance.now();
  const socketPath = path.join(spec.directory, socketName(spec.environment));
  const book = openLimitBook();
  let keeper: BookKeeper | null = null;
  let booking: Booking = bookingHere(book, nowMs);
  if (processes > 1) {
    if (spec.process === 0)
      keeper = await openBookKeeper({ socketPath, book, nowMs, onTrouble }).catch((error: unknown) => {
        onTrouble('the limits cannot be shared with the other processes: each keeps to its part', error);
        return null;
      });
    if (keeper === null) booking = bookingElsewhere({ socketPath, processes, nowMs, onTrouble });
  }
  const admission = openAdmission({ booking, nowMs });
  return {
    admit: admission.admit,
    counts: admission.counts,
    tick() {
      admission.tick();
      book.tidy(nowMs());
    },
    async close() {
      admission.close();
      booking.close();
      await keeper?.close();
    },
  };
}

/** No longer than the control plane's socket beside it: paths of sockets are short. */
const socketName = (environment: string): string =>
  `l-${createHash('sha256').update(environment).digest('hex').slice(0, 6)}.sock`;
