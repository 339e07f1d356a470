/** How much may be spent in a day or a month, and what happens then. */
export interface Budget {
  /** Unique among the budgets of an environment; the account goes under it. */
  readonly name: string;
  readonly of: BudgetScope;
  readonly unit: 'usd' | 'tokens';
  /** Nano-dollars, or tokens in and out together. */
  readonly amount: number;
  readonly per: 'day' | 'month';
  /** Time zone in which days and months begin, such as `Europe/Berlin`. */
  readonly zone: string;
  /** Told when so much is spent; ascending. */
  readonly atPercent: readonly number[];
  /** `stop`: nothing more is let in until the period ends. */
  readonly action: 'warn' | 'stop';
}

/** Keys of a tier share its budget. */
export type BudgetScope =
  | { readonly scope: 'total' }
  | { readonly scope: 'service' | 'key' | 'tier'; readonly name: string };

/** What somebody has spent of a budget, as gateways tell it. */
export interface BudgetStanding {
  readonly budget: string;
  /** The day or the month, `2026-11-21` or `2026-11`. */
  readonly period: string;
  readonly endsAtMs: number;
  readonly unit: Budget['unit'];
  readonly spent: number;
}

/** The greatest of the announced percentages that is reached; 0: none. */
export const reachedPercent = ({ atPercent, amount }: Budget, spent: number): number =>
  atPercent.findLast((percent) => spent * 100 >= amount * percent) ?? 0;
