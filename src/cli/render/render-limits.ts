import type { LimitsInForce } from '../../client/client.ts';
import { dollarText } from '../../core/cost/dollars.ts';
import { NANOS_A_DOLLAR } from '../../core/cost/price.ts';
import { plainText } from './plain-text.ts';
import { textTable } from './text-table.ts';
import { timeText } from './time-text.ts';

type Limits = NonNullable<LimitsInForce['limits']>;
type Limit = Limits['total'];
type Budget = NonNullable<Limits['budgets']>[number];
type Rate = NonNullable<Limit['rates']['requests']>;

/** What is let in, a line for each bound. */
export const renderLimits = ({ environment, limits, setAtMs, setBy, standings }: LimitsInForce): string => {
  const by = setBy === null ? '' : `, set by ${setBy} ${timeText(setAtMs!)}`;
  if (limits === null) return `${environment} lets everything in${by}.`;
  const rows = [
    ...rowsOf('everything', limits.total),
    ...Object.entries(limits.services).flatMap(([name, limit]) => rowsOf(`service ${name}`, limit)),
    ...limits.tiers.flatMap(({ name, keys, limit }) =>
      rowsOf(`each key of ${name} (${keys.join(', ')})`, limit),
    ),
    ...rowsOf('each other key', limits.keys),
  ];
  const { waiting, waitMs } = limits.queue;
  return [
    `${environment}${by}`,
    rows.length === 0 ? 'Nothing is limited.' : textTable(['OF', 'WHAT', 'AT MOST', 'AT ONCE'], rows),
    `Over what may be worked on at once, ${waiting} wait in each gateway process for up to ${waitMs / 1000} s.`,
    ...renderBudgets(limits.budgets ?? [], standings),
  ].join('\n');
};

const rowsOf = (of: string, { rates, inFlight }: Limit): string[][] => [
  ...(['requests', 'tokens', 'usd'] as const).flatMap((what) => {
    const rate = rates[what];
    if (rate === undefined) return [];
    const unit = what === 'usd' ? NANOS_A_DOLLAR : 1;
    const shown = { perSecond: rate.perSecond / unit, burst: rate.burst / unit };
    return [[of, what, rateText(shown), number(shown.burst)]];
  }),
  ...(inFlight === null ? [] : [[of, 'worked on', '', number(inFlight)]]),
];

const renderBudgets = (budgets: readonly Budget[], standings: LimitsInForce['standings']): string[] => {
  if (budgets.length === 0) return [];
  const rows = budgets.map((budget) => {
    const { name, of, unit, amount, per, zone, action, atPercent } = budget;
    const standing = standings.find((one) => one.budget === name);
    const spent =
      standing === undefined
        ? '?'
        : `${amountText(unit, standing.spent)} (${percentOf(standing.spent, amount)} %)`;
    return [
      name,
      of.scope === 'total' ? 'everything' : `${of.scope} ${plainText(of.name)}`,
      `${amountText(unit, amount)} a ${per}`,
      spent,
      standing === undefined ? '' : timeText(standing.endsAtMs),
      `${action === 'stop' ? 'stops at 100 %, ' : ''}tells at ${atPercent.join(', ')} %`,
      zone,
    ];
  });
  return ['', textTable(['BUDGET', 'OF', 'AT MOST', 'SPENT', 'UNTIL', 'THEN', 'ZONE'], rows)];
};

const amountText = (unit: Budget['unit'], amount: number): string =>
  unit === 'usd' ? dollarText(Math.round(amount)) : `${number(amount)} tokens`;

const percentOf = (spent: number, amount: number): number => Math.floor((spent / amount) * 100);

const UNITS = [
  ['s', 1],
  ['m', 60],
  ['h', 3_600],
  ['d', 86_400],
] as const;

/** In the shortest time in which it is a whole number; a day's otherwise. */
const rateText = ({ perSecond }: Rate): string => {
  const fits = UNITS.find(([, seconds]) => isWhole(perSecond * seconds)) ?? UNITS[3];
  return `${number(perSecond * fits[1])}/${fits[0]}`;
};

const isWhole = (value: number): boolean =>
  value >= 1 - 1e-9 && Math.abs(value - Math.round(value)) < 1e-9 * value;
const number = (value: number): string => Number(value.toPrecision(6)).toLocaleString('en');
