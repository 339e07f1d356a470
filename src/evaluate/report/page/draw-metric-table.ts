import { make, type PageElement } from './dom.ts';
import { type ChartInterval, type ChartScale, drawChart, scaleOf } from './draw-chart.ts';
import { count, difference, figure, range } from './figure.ts';
import type { PageData, PageMetric, PageValue } from './page-data.ts';

/**
 * Metrics as rows, with their intervals drawn: those of both sides where they are known, else that of the difference. Rows of one
 * unit share a scale.
 */
export const metricTable = (
  caption: string,
  what: 'Metric' | 'Slice',
  rows: readonly PageMetric[],
  { sides, headings }: PageData,
  nameOf: (row: PageMetric) => string,
): PageElement => {
  const compares = sides.baseline !== null;
  const of = rows.some(({ candidate }) => candidate !== null && intervalOf(candidate) !== null)
    ? 'value'
    : 'difference';
  const isOneUnit = rows.every(({ unit }) => unit === rows[0]?.unit);
  const common = isOneUnit ? scaleFor(rows, of) : null;
  const isOfSides = of === 'value';
  const body = rows.map((row) => {
    const { unit, candidate, baseline } = row;
    const scale = common ?? scaleFor([row], of);
    const own = make(
      'td',
      { class: 'number strong' },
      candidate === null ? 'not measured' : figure(unit, candidate.value),
    );
    const other = make(
      'td',
      { class: 'number', 'data-label': headings.baseline },
      baseline === null ? '' : figure(unit, baseline.value),
    );
    const chart = make(
      'td',
      { class: 'cell-chart' },
      scale === null ? null : chartOf(row, of, scale),
      isOfSides ? limitsOf(row) : null,
    );
    const gap = make('td', { class: 'number', 'data-label': 'Difference' }, ...differenceCell(row));
    const name = make(
      'th',
      { scope: 'row' },
      nameOf(row),
      what === 'Metric' ? make('span', { class: 'method' }, row.note) : null,
    );
    const cases = make('td', { class: 'number', 'data-label': 'Cases' }, count(row.n));
    const cells = !compares ? [own, chart] : isOfSides ? [own, chart, other, gap] : [other, own, chart, gap];
    return make('tr', { title: row.note }, name, ...cells, cases);
  });
  const { candidate, baseline } = headings;
  const titles = !compares
    ? [candidate, 'Interval']
    : isOfSides
      ? [candidate, 'Interval', baseline, 'Difference']
      : [baseline, candidate, 'Interval of the difference', 'Difference'];
  const header = [what, ...titles, 'Cases'];
  const heads = header.map((text, i) =>
    make('th', { scope: 'col', class: i === 0 || text.startsWith('Interval') ? '' : 'number' }, text),
  );
  return make(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    make(
      'table',
      {},
      make('caption', { class: 'unseen' }, caption),
      make('thead', {}, make('tr', {}, ...heads)),
      make('tbody', {}, ...body),
    ),
  );
};

type Drawn = 'value' | 'difference';

const intervalOf = ({ value, low, high }: PageValue): ChartInterval | null =>
  low === undefined || high === undefined ? null : { value, low, high };

const intervalsOf = (row: PageMetric, of: Drawn): (ChartInterval | null)[] =>
  (of === 'value' ? [row.candidate, row.baseline] : [row.difference]).map((one) =>
    one === null ? null : intervalOf(one),
  );

const scaleFor = (rows: readonly PageMetric[], of: Drawn): ChartScale | null => {
  const found = rows.flatMap((row) => intervalsOf(row, of)).filter((one) => one !== null);
  return rows[0] === undefined || found.length === 0 ? null : scaleOf(rows[0].unit, of, found);
};

const chartOf = (row: PageMetric, of: Drawn, scale: ChartScale): PageElement => {
  const [first, second] = intervalsOf(row, of);
  const bars = [
    ...(first ? [{ interval: first, kind: 'of-candidate' }] : []),
    ...(second ? [{ interval: second, kind: 'of-baseline' }] : []),
  ];
  return drawChart(scale, bars, of === 'difference' ? [{ at: 0, kind: 'zero' }] : []);
};

const limitsOf = ({ unit, candidate }: PageMetric): PageElement | null => {
  const interval = candidate === null ? null : intervalOf(candidate);
  return interval === null
    ? null
    : make('span', { class: 'limits' }, range(unit, interval.low, interval.high));
};

const differenceCell = (row: PageMetric): (PageElement | string)[] => {
  const { unit, difference: found } = row;
  if (found === null) return [''];
  const words = standing(row);
  const interval = intervalOf(found);
  return [
    make(
      'span',
      { class: `strong ${words === 'worse' ? 'is-bad' : words === 'better' ? 'is-good' : ''}` },
      difference(unit, found.value),
      words === 'open' ? '' : ` ${words}`,
    ),
    make(
      'span',
      { class: 'limits' },
      interval === null
        ? found.value === 0
          ? 'no case differs'
          : 'interval not known'
        : range(unit, interval.low, interval.high, 'difference'),
    ),
  ];
};

/** Better or worse is said where the whole interval says so, or whoever made the page. */
const standing = ({ better, difference: found, standing: said }: PageMetric): 'better' | 'worse' | 'open' => {
  if (said !== undefined) return said;
  const interval = found === null ? null : intervalOf(found);
  if (interval === null || (interval.low <= 0 && interval.high >= 0)) return 'open';
  return interval.low > 0 === (better === 'higher') ? 'better' : 'worse';
};
