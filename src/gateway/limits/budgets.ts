import { type Budget, type BudgetStanding, reachedPercent } from '../../core/limits/budget.ts';
import type { Limits, Measure } from '../../core/limits/limits.ts';
import { type Period, periodAt } from '../../core/limits/period.ts';
import type { Booking } from './booking.ts';
import type { Entry } from './limit-book.ts';

/** One budget as this process sees it. */
export interface OpenBudget {
  readonly account: string;
  budget: Budget;
  period: Period;
  /** Spent by this process in periods it has left. */
  readonly earlier: Map<string, number>;
  /** Spent by this process in this period. */
  own: number;
  /** Of it, what whoever keeps the account has heard. */
  told: number;
  /** Of all processes, as it was heard last; what was told is in it. */
  total: number;
  /** The account cannot be reached: whatever this process spends, the others may spend as well. */
  isAlone: boolean;
  isAsking: boolean;
  askedAtMs: number;
  reached: number;
}

export interface Budgets {
  /** These are in force now. */
  follow(limits: Limits | undefined): void;
  /** As this process sees it; the same object for as long as it is the same account. */
  open(budget: Budget): OpenBudget;
  /** The first of them that lets nothing more in; null: none. */
  spent(some: readonly OpenBudget[]): { readonly budget: string; readonly retryMs: number } | null;
  spend(some: readonly OpenBudget[], used: Readonly<Partial<Record<Measure, number>>>): void;
  /** To be called several times a second. */
  tick(): void;
  standings(): readonly BudgetStanding[];
  /** What had been spent before this process came is known only now. */
  beginAnew(): void;
  /** Tells what is left to tell. */
  close(): Promise<void>;
}

export interface BudgetsSpec {
  readonly boot: string;
  readonly processes: number;
  readonly booking: Booking;
  /** Wall clock, for budgets go by the calendar. */
  readonly nowMs: () => number;
  /** What had been spent when this process started. */
  readonly initial: (account: string, period: string) => number;
  /** So much is spent for the first time, as far as this process knows. */
  readonly onReached: (budget: Budget, percent: number, spent: number) => void;
}

/** What was spent is told this soon, and what others have spent is asked for. */
const TELL_EVERY_MS = 100;
/** Also what has not changed: whoever keeps the account may have lost what it heard last. */
const REPEAT_EVERY_MS = 1_000;
const CLOSE_WITHIN_MS = 300;
const PERIODS_KEPT = 3;

export function openBudgets(spec: BudgetsSpec): Budgets {
  const { boot, processes, booking, nowMs, initial } = spec;
  const all = new Map<string, OpenBudget>();
  let inForce: readonly OpenBudget[] = [];
  /** Of periods that have ended. */
  let owed: { account: string; period: string; amount: number }[] = [];

  /** As far as this process knows. */
  const known = ({ total, own, told }: OpenBudget): number => total + own - told;
  /** While the account is out of reach the others may spend as much as this one. */
  const atMost = (one: OpenBudget): number =>
    known(one) + (one.isAlone ? (one.own - one.told) * (processes - 1) : 0);

  const enter = (one: OpenBudget, atMs: number): void => {
    one.period = periodAt(one.budget, atMs);
    // A clock that was set back brings a period again.
    one.own = one.earlier.get(one.period.name) ?? 0;
    one.told = one.own;
    one.total = initial(one.account, one.period.name);
    one.askedAtMs = Number.NEGATIVE_INFINITY;
    one.reached = reachedPercent(one.budget, one.total);
  };
  const leave = (one: OpenBudget, atMs: number): void => {
    if (one.own > one.told) owed.push({ account: one.account, period: one.period.name, amount: one.own });
    one.earlier.set(one.period.name, one.own);
    for (const name of [...one.earlier.keys()].sort().slice(0, -PERIODS_KEPT)) one.earlier.delete(name);
    enter(one, atMs);
  };
  const roll = (one: OpenBudget, atMs: number): void => {
    if (atMs < one.period.startsAtMs || atMs >= one.period.endsAtMs) leave(one, atMs);
  };
  /** The zone may be another one. */
  const moveTo = (one: OpenBudget, atMs: number): void => {
    const period = periodAt(one.budget, atMs);
    if (period.name !== one.period.name) leave(one, atMs);
    one.period = period;
  };
  const notice = (one: OpenBudget): void => {
    const reached = reachedPercent(one.budget, known(one));
    if (reached > one.reached) spec.onReached(one.budget, reached, known(one));
    one.reached = reached;
  };
  const tell = (some: readonly OpenBudget[], atMs: number): void => {
    if (some.length === 0) return;
    const told = some.map((one) => ({ one, period: one.period.name, amount: one.own }));
    for (const one of some) {
      one.isAsking = true;
      one.askedAtMs = atMs;
    }
    booking.send(
      told.map(({ one, period, amount }) => spending(one.account, period, amount)),
      (booked) => {
        for (const [index, { one, period, amount }] of told.entries()) {
          const { given } = booked[index]!;
          one.isAsking = false;
          if (one.period.name !== period) continue;
          one.isAlone = given < 0;
          if (given >= 0) {
            one.told = amount;
            one.total = given;
          }
          notice(one);
        }
      },
    );
  };
  const spending = (name: string, period: string, count: number): Entry => ({
    do: 'spend',
    name,
    period,
    boot,
    count,
  });
  const settleOwed = (): void => {
    if (owed.length === 0) return;
    const sent = owed;
    owed = [];
    booking.send(
      sent.map(({ account, period, amount }) => spending(account, period, amount)),
      (booked) => {
        owed.push(...sent.filter((_, index) => booked[index]!.given < 0));
      },
    );
  };

  const open = (budget: Budget): OpenBudget => {
    const account = `${budget.name} ${budget.unit} ${budget.per}`;
    let one = all.get(account);
    if (one === undefined) {
      one = {
        account,
        budget,
        period: { name: '', startsAtMs: 0, endsAtMs: 0 },
        earlier: new Map(),
        own: 0,
        told: 0,
        total: 0,
        isAlone: false,
        isAsking: false,
        askedAtMs: 0,
        reached: 0,
      };
      enter(one, nowMs());
      all.set(account, one);
    } else if (one.budget !== budget) {
      one.budget = budget;
      moveTo(one, nowMs());
      one.reached = reachedPercent(budget, known(one));
    }
    return one;
  };

  const tick = (): void => {
    const atMs = nowMs();
    const due: OpenBudget[] = [];
    for (const one of all.values()) {
      roll(one, atMs);
      const waitedMs = Math.abs(atMs - one.askedAtMs);
      const isNew = one.own > one.told;
      if (!one.isAsking && waitedMs >= (isNew ? TELL_EVERY_MS : REPEAT_EVERY_MS)) due.push(one);
    }
    tell(due, atMs);
    settleOwed();
  };

  return {
    follow(limits) {
      inForce = (limits?.budgets ?? []).map(open);
    },
    open,
    spent(some) {
      const atMs = nowMs();
      for (const one of some) {
        if (one.budget.action !== 'stop') continue;
        roll(one, atMs);
        if (atMost(one) >= one.budget.amount)
          return { budget: one.budget.name, retryMs: one.period.endsAtMs - atMs };
      }
      return null;
    },
    spend(some, used) {
      const atMs = nowMs();
      for (const one of some) {
        const amount = used[one.budget.unit] ?? 0;
        if (amount === 0) continue;
        roll(one, atMs);
        one.own = Math.min(one.own + amount, Number.MAX_SAFE_INTEGER);
        notice(one);
      }
    },
    tick,
    standings: () =>
      inForce.map((one) => ({
        budget: one.budget.name,
        period: one.period.name,
        endsAtMs: one.period.endsAtMs,
        unit: one.budget.unit,
        spent: known(one),
      })),
    beginAnew() {
      for (const one of all.values()) {
        one.total = initial(one.account, one.period.name);
        one.reached = reachedPercent(one.budget, known(one));
        one.askedAtMs = Number.NEGATIVE_INFINITY;
      }
    },
    async close() {
      const untilMs = performance.now() + CLOSE_WITHIN_MS;
      const atMs = nowMs();
      tell(
        [...all.values()].filter(({ own, told }) => own > told),
        atMs,
      );
      settleOwed();
      const isWaiting = (): boolean => [...all.values()].some(({ isAsking }) => isAsking);
      while (isWaiting() && performance.now() < untilMs)
        await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
}
