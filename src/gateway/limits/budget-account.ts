/** By account, period and process: what each process has spent in it since its start. */
export type AccountState = Readonly<
  Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>
>;

/**
 * What all processes of an environment have spent of its budgets. Amounts are cumulative by process, so what is told twice, or again
 * after a restart of whoever keeps the account, counts once.
 */
export interface BudgetAccount {
  /** A process tells all that it has spent in a period; returns what all have. */
  spend(account: string, period: string, boot: string, amount: number): number;
  total(account: string, period: string): number;
  /** Takes in what somebody else has kept of the same account. */
  merge(state: AccountState): void;
  state(): AccountState;
  /** Null when nothing has changed since the last call. */
  takeChanges(): AccountState | null;
  /** What was taken last could not be stored. */
  markChanged(): void;
}

/** This one, and the one before for clocks that are set back. */
const PERIODS_KEPT = 2;
/** Many more than can be alive at once. */
const BOOTS_KEPT = 256;
/** Stands for processes that were heard longest ago, when there are too many. */
const GONE = 'gone';

export function openBudgetAccount(initial: AccountState): BudgetAccount {
  const accounts = new Map<string, Map<string, Map<string, number>>>();
  for (const [account, periods] of Object.entries(initial))
    accounts.set(
      account,
      new Map(Object.entries(periods).map(([period, boots]) => [period, new Map(Object.entries(boots))])),
    );
  let hasChanged = false;

  const total = (account: string, period: string): number => {
    let sum = 0;
    for (const amount of accounts.get(account)?.get(period)?.values() ?? []) sum += amount;
    return Math.min(sum, Number.MAX_SAFE_INTEGER);
  };

  const spend: BudgetAccount['spend'] = (account, period, boot, amount) => {
    const periods = accounts.get(account) ?? new Map<string, Map<string, number>>();
    accounts.set(account, periods);
    const boots = periods.get(period) ?? new Map<string, number>();
    periods.set(period, boots);
    const before = boots.get(boot) ?? 0;
    // Whoever is heard stands last.
    boots.delete(boot);
    boots.set(boot, Math.max(before, amount));
    if (amount > before) hasChanged = true;
    foldOldest(boots);
    const sum = total(account, period);
    for (const name of [...periods.keys()].sort().slice(0, -PERIODS_KEPT)) periods.delete(name);
    return sum;
  };
  const state = (): AccountState =>
    Object.fromEntries(
      [...accounts].map(([account, periods]) => [
        account,
        Object.fromEntries([...periods].map(([period, boots]) => [period, Object.fromEntries(boots)])),
      ]),
    );

  return {
    spend,
    merge(other) {
      for (const [account, periods] of Object.entries(other))
        for (const [period, boots] of Object.entries(periods))
          for (const [boot, amount] of Object.entries(boots)) spend(account, period, boot, amount);
    },
    state,
    total,
    markChanged() {
      hasChanged = true;
    },
    takeChanges() {
      if (!hasChanged) return null;
      hasChanged = false;
      return state();
    },
  };
}

function foldOldest(boots: Map<string, number>): void {
  if (boots.size <= BOOTS_KEPT) return;
  for (const [boot, amount] of boots) {
    if (boot === GONE) continue;
    boots.delete(boot);
    boots.set(GONE, (boots.get(GONE) ?? 0) + amount);
    return;
  }
}
