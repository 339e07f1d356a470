import { make, type PageElement, section } from './dom.ts';
import { chartEnds, drawChart, scaleOf } from './draw-chart.ts';
import { range } from './figure.ts';
import type { PageChart, PageData, PageRequirement, Tone } from './page-data.ts';

/** Title, verdict, what was run. */
export const drawHeadline = (data: PageData): PageElement =>
  make(
    'header',
    { class: 'headline panel' },
    make(
      'div',
      { class: 'headline-said' },
      make('p', { class: 'kind' }, data.kind),
      make('h1', {}, data.title),
      make(
        'p',
        { class: 'verdict' },
        badge(data.badge.tone, data.badge.icon, data.badge.words),
        ' ',
        data.subtitle,
      ),
      ...data.remarks.map((remark) => make('p', { class: 'remark' }, remark)),
    ),
    make(
      'dl',
      { class: 'facts' },
      ...data.facts.map(([what, text]) => make('div', {}, make('dt', {}, what), make('dd', {}, text))),
    ),
  );

export const badge = (tone: Tone, icon: string, words: string): PageElement =>
  make('span', { class: `badge badge-${tone}` }, make('span', { 'aria-hidden': 'true' }, icon), words);

const shown: Readonly<Record<PageRequirement['verdict'], readonly [Tone, string, string]>> = {
  pass: ['good', '✔', 'holds'],
  fail: ['bad', '✘', 'fails'],
  inconclusive: ['warn', '?', 'open'],
  'not-applicable': ['quiet', '–', 'not applicable'],
};

export const drawRequirements = ({ requirements }: PageData): PageElement | null => {
  if (requirements.length === 0) return null;
  const items = requirements.map(({ text, verdict, detail, chart }) =>
    make(
      'li',
      { class: 'requirement' },
      make('div', { class: 'requirement-verdict' }, badge(...shown[verdict])),
      make(
        'div',
        { class: 'requirement-said' },
        make('p', { class: 'requirement-text' }, text),
        make('p', { class: 'quiet' }, detail),
      ),
      chart === null ? null : make('div', { class: 'requirement-chart' }, ...requirementChart(chart)),
    ),
  );
  return section('Requirements', 'requirements', make('ul', { class: 'requirements' }, ...items));
};

const requirementChart = ({ unit, as, found, limit }: PageChart): PageElement[] => {
  const scale = scaleOf(unit, as, [found], limit === null ? [] : [limit]);
  const lines = [
    ...(as === 'difference' ? [{ at: 0, kind: 'zero' }] : []),
    ...(limit === null ? [] : [{ at: limit, kind: 'limit' }]),
  ];
  const what = as === 'difference' ? 'difference' : 'found';
  return [
    drawChart(scale, [{ interval: found, kind: 'of-candidate' }], lines),
    chartEnds(unit, as, scale, limit === null ? what : 'limit dashed'),
    make('span', { class: 'unseen' }, `interval ${range(unit, found.low, found.high, as)}`),
  ];
};
