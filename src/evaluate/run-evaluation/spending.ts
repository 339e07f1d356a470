import type { Budget } from '../../core/evaluation/run/evaluation-plan.ts';

export interface Spent {
  readonly calls: number;
  readonly cachedAnswers: number;
  /** Null while no answer said how many. */
  readonly tokens: { readonly input: number; readonly output: number } | null;
  /** Null while the cost of no answer was known. */
  readonly usd: number | null;
}

export interface Spending {
  /** Whether one more case of `calls` calls stays within the budget, with those under way. Holds room for its calls until `end`. */
  readonly begin: (calls: number) => boolean;
  /** One of the calls that room was held for is made, or not needed. */
  readonly use: () => void;
  readonly end: (unused: number) => void;
  readonly add: (used: {
    readonly tokens: { readonly input: number; readonly output: number } | null;
    readonly usd: number | null;
    readonly isCached: boolean;
  }) => void;
  readonly spent: () => Spent;
}

/** The earlier part of a run that was interrupted. */
export interface SpentBefore {
  readonly spent: Spent;
  /** That it was spent on. */
  readonly cases: number;
}

/**
 * Keeps a run within its budget of calls, tokens and money. Calls are held back exactly, second attempts apart; what a case will
 * use in tokens and money is taken to be what those before it used on average.
 */
export const startSpending = (
  budget: Budget,
  attempts: () => number,
  before: SpentBefore | null,
): Spending => {
  const start = before?.spent ?? { calls: 0, cachedAnswers: 0, tokens: null, usd: null };
  const casesBefore = before?.cases ?? 0;
  let held = 0;
  let underWay = 0;
  let begun = 0;
  let { cachedAnswers, tokens, usd } = start;
  const calls = (): number => start.calls + attempts();
  const isWithin = (used: number, most: number | null): boolean => {
    if (most === null) return true;
    const ended = casesBefore + begun - underWay;
    const each = ended > 0 ? used / ended : 0;
    return used + each * (underWay + 1) <= most;
  };
  return {
    begin(perCase) {
      const usedTokens = tokens === null ? 0 : tokens.input + tokens.output;
      const fits =
        (budget.calls === null || calls() + held + perCase <= budget.calls) &&
        isWithin(usedTokens, budget.tokens) &&
        isWithin(usd ?? 0, budget.usd);
      if (!fits) return false;
      held += perCase;
      underWay += 1;
      begun += 1;
      return true;
    },
    use() {
      held -= 1;
    },
    end(unused) {
      held -= unused;
      underWay -= 1;
    },
    add(used) {
      if (used.isCached) {
        cachedAnswers += 1;
        return;
      }
      if (used.tokens !== null)
        tokens = {
          input: (tokens?.input ?? 0) + used.tokens.input,
          output: (tokens?.output ?? 0) + used.tokens.output,
        };
      if (used.usd !== null) usd = (usd ?? 0) + used.usd;
    },
    spent: () => ({ calls: calls(), cachedAnswers, tokens, usd }),
  };
};
