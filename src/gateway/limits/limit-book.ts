import type { Rate } from '../../core/limits/limits.ts';
import {
  charge,
  fullBucket,
  giveBack,
  msUntil,
  type TokenBucket,
  takeUpTo,
} from '../../core/limits/token-bucket.ts';

import type { BudgetAccount } from './budget-account.ts';

/** One thing to be done in the book. Rates travel along, so that whoever keeps the book needs no table of its own. */
export type Entry =
  /** Tokens, as many as there are up to `count`. */
  | { readonly do: 'take'; readonly name: string; readonly rate: Rate; readonly count: number }
  | { readonly do: 'give-back'; readonly name: string; readonly rate: Rate; readonly count: number }
  /** What an answer has used; may leave a debt. */
  | { readonly do: 'charge'; readonly name: string; readonly rate: Rate; readonly count: number }
  /** Whether something is left of what answers may use. */
  | { readonly do: 'look'; readonly name: string; readonly rate: Rate }
  /** Places for requests being worked on, of which there are `most`. */
  | { readonly do: 'enter'; readonly name: string; readonly most: number; readonly count: number }
  | { readonly do: 'leave'; readonly name: string; readonly count: number }
  /** All that the process `boot` has spent of a budget in a period; answered with what all have, or -1 where nobody knows. */
  | {
      readonly do: 'spend';
      readonly name: string;
      readonly period: string;
      readonly boot: string;
      readonly count: number;
    };

/** `given`: tokens or places; 1 for a look that found some; what was spent of a budget. `retryMs`: until more is there; 0 when unknown. */
export interface Booked {
  readonly given: number;
  readonly retryMs: number;
}

/** The one account of an environment's limits. Times are monotonic and of one process. */
export interface LimitBook {
  book(holder: string, entry: Entry, nowMs: number): Booked;
  /** A process is gone, and with it the requests it worked on. */
  vanish(holder: string): void;
  /** Forgets what is full or empty anyway. */
  tidy(nowMs: number): void;
  size(): number;
  /** Every rate and what is left of it, for a process that goes on with this book. */
  levels(nowMs: number): readonly BookLevel[];
  restore(levels: readonly BookLevel[], nowMs: number): void;
}

export interface BookLevel {
  readonly name: string;
  readonly rate: Rate;
  readonly level: number;
  /** Since when the level was this one. */
  readonly ageMs: number;
}

const NOTHING: Booked = { given: 0, retryMs: 0 };
/** Level above which answers may use more: what they use is no whole number. */
const SOMETHING = 1e-6;

/** Without an account it knows nothing of budgets. */
export function openLimitBook(account: BudgetAccount | null = null): LimitBook {
  const buckets = new Map<string, { bucket: TokenBucket; rate: Rate }>();
  const places = new Map<string, Map<string, number>>();

  const bucketOf = (name: string, rate: Rate, nowMs: number): TokenBucket => {
    const present = buckets.get(name);
    if (present !== undefined) {
      present.rate = rate;
      return present.bucket;
    }
    const bucket = fullBucket(rate, nowMs);
    buckets.set(name, { bucket, rate });
    return bucket;
  };
  const taken = (name: string): number => {
    let sum = 0;
    for (const count of places.get(name)?.values() ?? []) sum += count;
    return sum;
  };
  const move = (holder: string, name: string, by: number): void => {
    const holders = places.get(name) ?? new Map<string, number>();
    const count = Math.max(0, (holders.get(holder) ?? 0) + by);
    if (count > 0) holders.set(holder, count);
    else holders.delete(holder);
    if (holders.size > 0) places.set(name, holders);
    else places.delete(name);
  };

  return {
    book(holder, entry, nowMs) {
      switch (entry.do) {
        case 'take': {
          const bucket = bucketOf(entry.name, entry.rate, nowMs);
          const given = takeUpTo(bucket, entry.rate, entry.count, nowMs);
          return { given, retryMs: given > 0 ? 0 : msUntil(bucket, entry.rate, 1, nowMs) };
        }
        case 'give-back':
          giveBack(bucketOf(entry.name, entry.rate, nowMs), entry.rate, entry.count, nowMs);
          return NOTHING;
        case 'charge':
          charge(bucketOf(entry.name, entry.rate, nowMs), entry.rate, entry.count, nowMs);
          return NOTHING;
        case 'look': {
          const retryMs = msUntil(
            bucketOf(entry.name, entry.rate, nowMs),
            entry.rate,
            Math.min(SOMETHING, entry.rate.burst),
            nowMs,
          );
          return { given: retryMs === 0 ? 1 : 0, retryMs };
        }
        case 'enter': {
          const given = Math.max(0, Math.min(entry.count, entry.most - taken(entry.name)));
          if (given > 0) move(holder, entry.name, given);
          return { given, retryMs: 0 };
        }
        case 'leave':
          move(holder, entry.name, -entry.count);
          return NOTHING;
        case 'spend': {
          const given = account?.spend(entry.name, entry.period, entry.boot, entry.count) ?? -1;
          return { given, retryMs: 0 };
        }
      }
    },
    vanish(holder) {
      for (const name of [...places.keys()]) move(holder, name, Number.NEGATIVE_INFINITY);
    },
    tidy(nowMs) {
      for (const [name, { bucket, rate }] of buckets)
        if (msUntil(bucket, rate, rate.burst, nowMs) === 0) buckets.delete(name);
    },
    size: () => buckets.size + places.size,
    levels: (nowMs) =>
      [...buckets].map(([name, { bucket, rate }]) => ({
        name,
        rate,
        level: bucket.level,
        ageMs: nowMs - bucket.atMs,
      })),
    restore(levels, nowMs) {
      for (const { name, rate, level, ageMs } of levels)
        buckets.set(name, { rate, bucket: { level, atMs: nowMs - ageMs } });
    },
  };
}
