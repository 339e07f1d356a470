import { type BudgetStanding, reachedPercent } from '../core/limits/budget.ts';
import type { Frame } from '../core/routing/link.ts';
import { type Catalog, recordedPercent } from './catalog.ts';
import type { RecordKeeping } from './record-keeping.ts';

/** How far the budgets of the environments are spent, as gateways tell it, and the records of marks they have reached. */
export interface BudgetBoard {
  take(environment: string, frame: Frame): void;
  /** Of the budgets in force, in their order; those that no gateway has spoken of are missing. */
  standings(environment: string): readonly BudgetStanding[];
}

export const openBudgetBoard = (parts: {
  catalog: Catalog;
  records: Pick<RecordKeeping, 'reachBudget'>;
  actor: string;
  failed: (error: unknown) => void;
}): BudgetBoard => {
  const { catalog, records } = parts;
  const newest = new Map<string, BudgetStanding>();
  const beingRecorded = new Set<string>();

  const budgetsOf = (environment: string) =>
    catalog.limits.byEnvironment.get(environment)?.limits?.budgets ?? [];

  const record = (environment: string, standing: BudgetStanding): void => {
    const budget = budgetsOf(environment).find(({ name }) => name === standing.budget);
    if (budget === undefined || budget.unit !== standing.unit) return;
    const { period, spent } = standing;
    const percent = reachedPercent(budget, spent);
    const mark = { environment, budget: budget.name, period, percent };
    const name = JSON.stringify(mark);
    if (percent <= recordedPercent(catalog, mark) || beingRecorded.has(name)) return;
    beingRecorded.add(name);
    const { unit, amount, action } = budget;
    void records
      .reachBudget({ ...mark, unit, amount, spent, action }, parts.actor)
      .catch(parts.failed)
      .finally(() => beingRecorded.delete(name));
  };

  return {
    take(environment, { budgets = [] }) {
      for (const standing of budgets) {
        const name = `${environment} ${standing.budget}`;
        const before = newest.get(name);
        // Processes hear of each other with a delay: the one that knows of most is right.
        const isBehind =
          before !== undefined &&
          before.unit === standing.unit &&
          (before.period > standing.period ||
            (before.period === standing.period && before.spent >= standing.spent));
        if (isBehind) continue;
        newest.set(name, standing);
        record(environment, standing);
      }
    },
    standings: (environment) =>
      budgetsOf(environment).flatMap(({ name, unit }) => {
        const standing = newest.get(`${environment} ${name}`);
        return standing?.unit === unit ? [standing] : [];
      }),
  };
};
