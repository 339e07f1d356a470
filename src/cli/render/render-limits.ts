import type { LimitsInForce } from '../../client/client.ts';
import { textTable } from './text-table.ts';
import { timeText } from './time-text.ts';

type Limits = NonNullable<LimitsInForce['limits']>;
type Limit = Limits['total'];
type Rate = NonNullable<Limit['rates']['requests']>;

/** What is let in, a line for each bound. */
export const renderLimits = ({ environment, limits, setAtMs, setBy }: LimitsInForce): string => {
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
  ].join('\n');
};

const rowsOf = (of: string, { rates, inFlight }: Limit): string[][] => [
  ...(['requests', 'tokens'] as const).flatMap((what) => {
    const rate = rates[what];
    return rate === undefined ? [] : [[of, what, rateText(rate), number(rate.burst)]];
  }),
  ...(inFlight === null ? [] : [[of, 'worked on', '', number(inFlight)]]),
];

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
