import { labelledField, make, type PageElement, section } from './dom.ts';
import { metricTable } from './draw-metric-table.ts';
import type { PageData, PageMetric } from './page-data.ts';

/** Metrics on all cases; slices of one metric at a time below them. */
export const drawMetrics = (data: PageData): PageElement | null => {
  const all = data.metrics.filter(({ slice }) => slice === null);
  const slices = data.metrics.filter(({ slice }) => slice !== null);
  if (data.metrics.length === 0) return null;
  return section(
    'Metrics',
    'metrics',
    data.sides.baseline === null ? null : key(data.sides.candidate, data.sides.baseline),
    metricTable('Metrics on all cases', 'Metric', all, data, ({ name }) => name),
    slices.length === 0 ? null : drawSlices(slices, data),
    data.notes.length === 0
      ? null
      : make('ul', { class: 'notes quiet' }, ...data.notes.map((note) => make('li', {}, note))),
  );
};

const key = (candidate: string, baseline: string): PageElement =>
  make(
    'p',
    { class: 'key quiet' },
    make('span', { class: 'key-mark of-candidate', 'aria-hidden': 'true' }),
    candidate,
    make('span', { class: 'key-mark of-baseline', 'aria-hidden': 'true' }),
    baseline,
  );

const drawSlices = (slices: readonly PageMetric[], data: PageData): PageElement => {
  const names = [...new Set(slices.map(({ name }) => name))];
  const holder = make('div', {});
  const choose = make(
    'select',
    { id: 'slice-metric' },
    ...names.map((name) => make('option', { value: name }, name)),
  );
  const draw = (): void => {
    const rows = slices.filter(({ name }) => name === choose.value);
    holder.replaceChildren(
      metricTable(`${choose.value} by slice`, 'Slice', worstFirst(rows), data, ({ slice }) => slice ?? ''),
    );
  };
  choose.addEventListener('change', draw);
  draw();
  return make(
    'div',
    { class: 'slices' },
    make(
      'div',
      { class: 'slices-head' },
      make('h3', {}, 'By slice, the worst first'),
      labelledField('Metric', choose, 'field-beside'),
    ),
    holder,
  );
};

const worstFirst = (rows: readonly PageMetric[]): PageMetric[] =>
  [...rows].sort((a, b) => goodness(a) - goodness(b));

/** By its value; where only differences have intervals, by the difference. */
const goodness = ({ better, candidate, difference: against }: PageMetric): number => {
  const told = candidate?.low === undefined ? (against ?? candidate) : candidate;
  const value = told?.value ?? Number.POSITIVE_INFINITY;
  return better === 'higher' ? value : -value;
};
