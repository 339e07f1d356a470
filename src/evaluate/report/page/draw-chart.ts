import type { MetricUnit } from '../../../core/evaluation/run/run-record.ts';
import { make, type PageElement } from './dom.ts';
import { difference, figure } from './figure.ts';

export interface ChartInterval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface ChartScale {
  readonly from: number;
  readonly to: number;
}

/** A scale on which all of these have room; shares are never drawn beyond what a share can be. */
export const scaleOf = (
  unit: MetricUnit,
  as: 'value' | 'difference',
  intervals: readonly ChartInterval[],
  others: readonly number[] = [],
): ChartScale => {
  const values = [...intervals.flatMap(({ low, high, value }) => [low, high, value]), ...others].filter(
    Number.isFinite,
  );
  const least = Math.min(...values);
  const most = Math.max(...values);
  const room = (most - least) * 0.12 || Math.abs(most) * 0.1 || 0.01;
  if (as === 'difference') {
    const reach = Math.max(Math.abs(least), Math.abs(most)) + room;
    return { from: -reach, to: reach };
  }
  const isShare = unit === 'share';
  return {
    from: least >= 0 ? Math.max(0, least - room) : least - room,
    to: isShare && most <= 1 ? Math.min(1, most + room) : most + room,
  };
};

/** Intervals on a line. The figures stand beside it in words, so a screen reader passes over it. */
export const drawChart = (
  scale: ChartScale,
  bars: readonly { readonly interval: ChartInterval; readonly kind: string }[],
  lines: readonly { readonly at: number; readonly kind: string }[] = [],
): PageElement => {
  const place = (value: number): string =>
    `${(Math.min(1, Math.max(0, (value - scale.from) / (scale.to - scale.from || 1))) * 100).toFixed(2)}%`;
  const chart = make('span', { class: `chart chart-${bars.length}`, 'aria-hidden': 'true' });
  for (const { at, kind } of lines) chart.append(placed(make('span', { class: kind }), place(at), place(at)));
  for (const [row, { interval, kind }] of bars.entries()) {
    const bar = placed(
      make('span', { class: `bar bar-${row} ${kind}` }),
      place(interval.low),
      place(interval.high),
    );
    const dot = placed(
      make('span', { class: `dot bar-${row} ${kind}` }),
      place(interval.value),
      place(interval.value),
    );
    chart.append(bar, dot);
  }
  return chart;
};

const placed = (element: PageElement, from: string, to: string): PageElement => {
  element.style.setProperty('left', from);
  if (from !== to) element.style.setProperty('width', `calc(${to} - ${from})`);
  return element;
};

/** The ends of a scale in words, under its chart. */
export const chartEnds = (
  unit: MetricUnit,
  as: 'value' | 'difference',
  scale: ChartScale,
  middle: string,
): PageElement => {
  const text = as === 'value' ? figure : difference;
  return make(
    'span',
    { class: 'chart-ends', 'aria-hidden': 'true' },
    make('span', {}, text(unit, scale.from)),
    make('span', {}, middle),
    make('span', {}, text(unit, scale.to)),
  );
};
