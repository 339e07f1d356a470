import { budgetsOn, type Limits, limitsOn, type Measure, type NamedLimit } from '../../core/limits/limits.ts';
import type { Booking } from './booking.ts';
import type { Budgets, OpenBudget } from './budgets.ts';
import type { Entry } from './limit-book.ts';
import {
  answered,
  areFew,
  idle,
  newStock,
  question,
  type Stock,
  standingOf,
  stocksOf,
  use,
} from './stock.ts';

/** A request that was let in. */
export interface Pass {
  /** What a call of it used, as far as it is known. A copy, which no client asked for, is paid from no key's budget or limit. */
  charge(used: Readonly<Partial<Record<Measure, number>>>, isCopy?: boolean): void;
  /** What its client should know of its budgets; null: nothing. */
  notice(): string | null;
  /** It is over. To be called once. */
  leave(): void;
}

export type Admitted =
  | { readonly kind: 'pass'; readonly pass: Pass }
  /** The rate of `limit` is used up until `retryMs` from now. */
  | { readonly kind: 'limited'; readonly limit: string; readonly retryMs: number }
  /** Nothing more of this budget is left until `retryMs` from now. */
  | { readonly kind: 'spent'; readonly limit: string; readonly retryMs: number }
  /** Too many requests are being worked on, and too many wait. */
  | { readonly kind: 'overloaded'; readonly limit: string };

export interface Admission {
  /**
   * Lets a request in, now or a moment later. `then` hears once; null when nothing bounds the request, which is then in
   * without a pass. `isGone` tells whether its client still waits.
   */
  admit(
    limits: Limits,
    service: string,
    keyId: string | null,
    isGone: () => boolean,
    then: (admitted: Admitted | null) => void,
    /** Tier that the caller's token names. */
    tier?: string | null,
  ): void;
  /** To be called several times a second: gives back what lies idle. */
  tick(): void;
  /** Whoever waits hears that it is not let in. */
  close(): void;
  counts(): {
    readonly waiting: number;
    readonly limited: number;
    /** A budget is spent. */
    readonly spent: number;
    readonly overloaded: number;
    /** Kinds of requests (service, key, tier) whose limits are remembered. */
    readonly kinds: number;
  };
}

/** What one kind of request must keep to. */
interface Bounds {
  readonly stocks: readonly Stock[];
  /** Those of `stocks` that a request gives back when it is over. */
  readonly places: readonly Stock[];
  readonly budgets: readonly OpenBudget[];
}

interface Waiting extends Bounds {
  readonly isGone: () => boolean;
  readonly then: (admitted: Admitted | null) => void;
  readonly untilMs: number;
  /** It has found too many in flight, and waits for one to end. */
  isQueued: boolean;
  readonly waitingAtMost: number;
}

const ROUNDS_AT_MOST = 3;
/** Names of callers come from tokens too, so there is no end of them. */
const KINDS_AT_MOST = 10_000;
const FORGOTTEN_AFTER_MS = 60_000;
/** Who waits for a place that another process may free looks again this often. */
const QUEUE_LOOK_MS = 5;

export function openAdmission(spec: {
  readonly booking: Booking;
  readonly budgets: Pick<Budgets, 'open' | 'spent' | 'spend'>;
  readonly nowMs: () => number;
  /** Nobody but this process uses the book, now and for as long as it says so. Default: others may. */
  readonly isAlone?: () => boolean;
}): Admission {
  const { booking, budgets, nowMs, isAlone = () => false } = spec;
  const stocks = new Map<string, Stock>();
  let compiled = new WeakMap<Limits, Map<string, Bounds>>();
  let kinds = 0;
  let waiting: Waiting[] = [];
  let queued = 0;
  let limited = 0;
  let spentCount = 0;
  let overloaded = 0;
  let timer: NodeJS.Timeout | null = null;

  const stockOf = (name: string, measure: Stock['measure']): Stock => {
    const key = `${name} ${measure}`;
    const present = stocks.get(key);
    if (present !== undefined) return present;
    const stock = newStock(name, measure);
    stocks.set(key, stock);
    return stock;
  };
  const boundsOf = (limits: Limits, service: string, keyId: string | null, tier: string | null): Bounds => {
    let byRequest = compiled.get(limits);
    if (byRequest === undefined) compiled.set(limits, (byRequest = new Map()));
    const key = `${keyId === null ? '-' : `+${keyId}`} ${service}${tier === null ? '' : ` ${tier}`}`;
    let own = byRequest.get(key);
    if (own === undefined) {
      const all = limitsOn(limits, service, keyId, tier).flatMap((one: NamedLimit) => stocksOf(one, stockOf));
      own = {
        stocks: all,
        places: all.filter(({ measure }) => measure === 'in-flight'),
        budgets: budgetsOn(limits, service, keyId, tier).map(budgets.open),
      };
      byRequest.set(key, own);
      kinds += 1;
    }
    return own;
  };

  const ask = (about: readonly Stock[]): void => {
    for (const stock of about) stock.isAsking = true;
    booking.send(about.map(question), (booked) => {
      const atMs = nowMs();
      for (const [index, stock] of about.entries()) answered(stock, booked[index]!, atMs);
      serveWaiting();
    });
  };

  /** Null: something is not at hand. */
  const letIn = (bounds: Bounds, atMs: number): Pass | null => {
    for (const stock of bounds.stocks) if (standingOf(stock, atMs) !== 'at-hand') return null;
    for (const stock of bounds.stocks) use(stock, atMs);
    return passOf(bounds);
  };

  /** Lets it in, refuses it, or tells that it has to wait. */
  const attempt = (one: Waiting, atMs: number): Admitted | 'asked' | 'queued' => {
    const pass = letIn(one, atMs);
    if (pass !== null) return { kind: 'pass', pass };
    const missing = one.stocks.filter((stock) => standingOf(stock, atMs) !== 'at-hand');
    const empty = missing.find(
      (stock) => stock.measure !== 'in-flight' && standingOf(stock, atMs) === 'empty',
    );
    if (empty !== undefined)
      return { kind: 'limited', limit: empty.name, retryMs: Math.max(0, empty.moreAtMs - atMs) };
    const unknown = missing.filter((stock) => standingOf(stock, atMs) === 'to-ask' && !stock.isAsking);
    if (unknown.length > 0) {
      ask(unknown);
      return 'asked';
    }
    return missing.some((stock) => stock.isAsking) ? 'asked' : 'queued';
  };

  /** True when it is settled. */
  const settle = (one: Waiting, atMs: number): boolean => {
    if (one.isGone()) {
      one.then(null);
      return true;
    }
    const outcome = attempt(one, atMs);
    if (outcome === 'asked') return false;
    if (outcome === 'queued') {
      const full = one.stocks.find((stock) => stock.measure === 'in-flight' && stock.count < 1)!;
      if (one.isQueued ? atMs < one.untilMs : queued < one.waitingAtMost && atMs < one.untilMs) {
        if (!one.isQueued) queued += 1;
        one.isQueued = true;
        return false;
      }
      overloaded += 1;
      one.then({ kind: 'overloaded', limit: full.name });
      return true;
    }
    if (outcome.kind === 'limited') limited += 1;
    one.then(outcome);
    return true;
  };

  /** What comes after an admission is none of the others' business: if it throws, they go on all the same. */
  const settleSafely = (one: Waiting, atMs: number): boolean => {
    try {
      return settle(one, atMs);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
      return true;
    }
  };

  let isServing = false;
  let isServedAgain = false;
  function serveWaiting(): void {
    // An answer that comes at once, while the line is gone through, makes for another round.
    if (isServing) {
      isServedAgain = true;
      return;
    }
    isServing = true;
    for (let round = 0; round < ROUNDS_AT_MOST; round += 1) {
      isServedAgain = false;
      const atMs = nowMs();
      const line = waiting;
      waiting = [];
      const stay = line.filter((one) => {
        const isSettled = settleSafely(one, atMs);
        if (isSettled && one.isQueued) queued -= 1;
        return !isSettled;
      });
      waiting = stay.concat(waiting);
      if (!isServedAgain) break;
    }
    isServing = false;
    if (waiting.length > 0)
      timer ??= setTimeout(() => {
        timer = null;
        serveWaiting();
      }, QUEUE_LOOK_MS);
  }

  const passOf = ({ stocks: own, places, budgets: paying }: Bounds): Pass => ({
    charge(used, isCopy = false) {
      if (paying.length > 0) budgets.spend(isCopy ? paying.filter(isOfService) : paying, used);
      if (isCopy) return;
      const entries: Entry[] = [];
      for (const { name, rate, measure } of own) {
        const count = measure === 'in-flight' || measure === 'requests' ? 0 : (used[measure] ?? 0);
        if (count > 0) entries.push({ do: 'charge', name, rate: rate!, count });
      }
      if (entries.length > 0) booking.send(entries, () => {});
    },
    notice() {
      let text: string | null = null;
      for (const { budget, reached } of paying)
        if (reached > 0) text = `${text === null ? '' : `${text}, `}${budget.name};reached=${reached}`;
      return text;
    },
    leave() {
      if (places.length === 0) return;
      for (const stock of places) {
        stock.count += 1;
        stock.emptyUntilMs = 0;
      }
      if (waiting.length > 0) serveWaiting();
      // A stock that is forgotten is looked at no more, and a book of others must not count what nobody uses.
      for (const stock of places)
        if (!isAlone() || !areFew(stock) || stocks.get(stock.name) !== stock) giveBack([stock]);
    },
  });

  /** What is asked for again is looked up again; whoever keeps the book still knows of it. */
  const forget = (): void => {
    compiled = new WeakMap();
    kinds = 0;
    const untilMs = nowMs() - FORGOTTEN_AFTER_MS;
    for (const [key, { count, isAsking, usedAtMs }] of stocks)
      if (count === 0 && !isAsking && usedAtMs < untilMs) stocks.delete(key);
  };
  const giveBack = (some: Iterable<Stock>): void => {
    const atMs = nowMs();
    const entries: Entry[] = [];
    for (const stock of some) {
      const entry = idle(stock, atMs);
      if (entry !== null) entries.push(entry);
    }
    if (entries.length > 0) booking.send(entries, () => {});
  };

  return {
    admit(limits, service, keyId, isGone, then, tier = null) {
      const own = boundsOf(limits, service, keyId, tier);
      if (own.budgets.length > 0) {
        const spent = budgets.spent(own.budgets);
        if (spent !== null) {
          spentCount += 1;
          then({ kind: 'spent', limit: spent.budget, retryMs: spent.retryMs });
          return;
        }
      }
      if (own.stocks.length === 0) {
        then(own.budgets.length === 0 ? null : { kind: 'pass', pass: passOf(own) });
        return;
      }
      if (waiting.length === 0 && !isServing && !isGone()) {
        const pass = letIn(own, nowMs());
        if (pass !== null) {
          then({ kind: 'pass', pass });
          return;
        }
      }
      const { waiting: waitingAtMost, waitMs } = limits.queue;
      waiting.push({ ...own, isGone, then, untilMs: nowMs() + waitMs, isQueued: false, waitingAtMost });
      serveWaiting();
    },
    tick() {
      giveBack(stocks.values());
      if (kinds > KINDS_AT_MOST) forget();
    },
    close() {
      if (timer !== null) clearTimeout(timer);
      for (const one of waiting.splice(0)) one.then({ kind: 'overloaded', limit: 'total' });
    },
    counts: () => ({ waiting: waiting.length, limited, spent: spentCount, overloaded, kinds }),
  };
}

const isOfService = ({ budget: { of } }: OpenBudget): boolean =>
  of.scope === 'total' || of.scope === 'service';
