import type { BudgetStanding } from '../../core/limits/budget.ts';
import type { Limits } from '../../core/limits/limits.ts';
import type { SeriesFamily } from '../../core/telemetry/series-family.ts';

const NANOS = 1e9;

/** How far the budgets in force are spent, by all processes of the environment together; each says what it has heard. */
export function budgetSeries(
  standings: readonly BudgetStanding[],
  limits: Limits | undefined,
): SeriesFamily[] {
  const amounts = new Map(limits?.budgets?.map(({ name, unit, amount }) => [`${name} ${unit}`, amount]));
  const family = (
    name: string,
    help: string,
    value: (standing: BudgetStanding) => number | undefined,
  ): SeriesFamily => ({
    name,
    kind: 'gauge',
    help,
    series: standings.flatMap((standing) => {
      const { budget, unit } = standing;
      const found = value(standing);
      return found === undefined ? [] : [{ labels: { budget, unit }, value: found }];
    }),
  });
  const inUnit = (unit: BudgetStanding['unit'], value: number): number =>
    unit === 'usd' ? value / NANOS : value;
  return [
    family(
      'tidegate_budget_spent',
      'Dollars or tokens that were spent of a budget in its present period, by all processes together.',
      ({ unit, spent }) => inUnit(unit, spent),
    ),
    family('tidegate_budget_amount', 'Dollars or tokens that a budget has.', ({ budget, unit }) => {
      const amount = amounts.get(`${budget} ${unit}`);
      return amount === undefined ? undefined : inUnit(unit, amount);
    }),
    family(
      'tidegate_budget_ends_timestamp_seconds',
      'When the present period of a budget ends, since the epoch.',
      ({ endsAtMs }) => endsAtMs / 1000,
    ),
  ];
}
