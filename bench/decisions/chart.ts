import type { Comparison, WorldResult } from './comparison.ts';

/** Rules with a place in the picture; the tables have the others as well. Colours differ in lightness too. */
const DRAWN = [
  { id: 'tidegate', label: 'Tidegate', light: '#0b6e4f', dark: '#3ddc97' },
  { id: 'growthbook', label: 'GrowthBook', light: '#7048c6', dark: '#b79cff' },
  { id: 'argo-fitted', label: 'Argo, fitted', light: '#c2571a', dark: '#ff9e5e' },
  { id: 'argo', label: 'Argo, example', light: '#8a3d10', dark: '#e0803c' },
  { id: 'flagger-fitted', label: 'Flagger, fitted', light: '#2364c4', dark: '#7fb2ff' },
  { id: 'flagger', label: 'Flagger, example', light: '#123f85', dark: '#4f8df0' },
  { id: 'kayenta', label: 'Kayenta', light: '#6b6b00', dark: '#d9d93b' },
] as const;

const WIDTH = 1080;
const ROW = 26;
const LABELS = 300;
const TOP = 92;

/** Above, who rolls back a candidate that is as good as stable; below, how many requests a worse one gets. One SVG, both themes. */
export const chartOf = ({ worlds }: Comparison): string => {
  const equal = worlds.filter(({ candidate }) => candidate === 'equal');
  const worse = worlds.filter(({ candidate }) => candidate === 'worse');
  const lowerTop = TOP + equal.length * ROW + 110;
  const height = lowerTop + worse.length * (ROW + 14) + 60;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="False rollbacks, and requests of the candidate until rollback, by world and rule">`,
    style(),
    `<rect class="paper" width="${WIDTH}" height="${height}"/>`,
    text(20, 30, 'An equal candidate is rolled back (share of rollouts)', 'title'),
    ...falseRollbacks(equal),
    text(20, lowerTop - 62, 'Requests a worse candidate gets until it is rolled back', 'title'),
    text(
      20,
      lowerTop - 42,
      'dot: median, line: to the 90th percentile, hollow: missed in more than 5 % of rollouts, absent: in all; bar: Wald’s limit at alpha 0.1 %',
      'small',
    ),
    ...requestsToRollback(worse, lowerTop),
    '</svg>',
    '',
  ].join('\n');
};

const style = (): string => {
  const colours = (theme: 'light' | 'dark'): string =>
    DRAWN.map((rule) => `.${rule.id}{--c:${rule[theme]}}`).join('');
  return `<style>
svg{--ink:#1b1f24;--faint:#d5d9de;--soft:#5b6470;--paper:#ffffff;--bad:180,40,30}
${colours('light')}
@media (prefers-color-scheme:dark){svg{--ink:#e8ebef;--faint:#39414b;--soft:#a5afbb;--paper:#14181d;--bad:255,110,90}${colours('dark')}}
text{font:13px system-ui,sans-serif;fill:var(--ink)}.title{font-size:16px;font-weight:600}.small{font-size:12px;fill:var(--soft)}
.paper{fill:var(--paper)}.grid{stroke:var(--faint)}.dot{fill:var(--c);stroke:var(--c);stroke-width:2}.hollow{fill:var(--paper)}
.reach{stroke:var(--c);stroke-width:2}.wald{stroke:var(--ink);stroke-width:3}.middle{text-anchor:middle}.end{text-anchor:end}
</style>`;
};

const falseRollbacks = (worlds: readonly WorldResult[]): string[] => {
  const cell = (WIDTH - LABELS - 20) / DRAWN.length;
  const headings = DRAWN.map(({ label }, column) =>
    text(LABELS + (column + 0.5) * cell, TOP - 14, label, 'small middle'),
  );
  const rows = worlds.flatMap((world, row) => [
    text(LABELS - 12, TOP + row * ROW + 18, nameOf(world), 'end'),
    ...DRAWN.flatMap(({ id }, column) => {
      const { share } = world.outcomes[id]!.rolledBack;
      const { share: waits } = world.outcomes[id]!.waiting;
      const x = LABELS + column * cell;
      const words = share === 0 && waits > 0.5 ? 'waits' : `${Math.round(share * 100)} %`;
      return [
        `<rect x="${fixed(x + 2)}" y="${TOP + row * ROW + 2}" width="${fixed(cell - 4)}" height="${ROW - 4}" rx="4" style="fill:rgba(var(--bad),${fixed(0.04 + 0.6 * share)})"/>`,
        text(x + cell / 2, TOP + row * ROW + 18, words, 'middle'),
      ];
    }),
  ]);
  return [...headings, ...rows];
};

const requestsToRollback = (worlds: readonly WorldResult[], top: number): string[] => {
  const [from, to] = [1, 100_000];
  const at = (requests: number): number =>
    LABELS + ((WIDTH - LABELS - 40) * Math.log(Math.max(from, requests) / from)) / Math.log(to / from);
  const rowHeight = ROW + 14;
  const bottom = top + worlds.length * rowHeight;
  const grid = [1, 10, 100, 1_000, 10_000, 100_000].flatMap((requests) => [
    `<line class="grid" x1="${fixed(at(requests))}" x2="${fixed(at(requests))}" y1="${top - 6}" y2="${bottom}"/>`,
    text(at(requests), bottom + 18, requests.toLocaleString('en-US'), 'small middle'),
  ]);
  const legend = DRAWN.flatMap(({ id, label }, index) => {
    const x = 28 + index * 150;
    return [
      `<circle class="dot ${id}" cx="${x}" cy="${top - 22}" r="5"/>`,
      text(x + 10, top - 18, label, 'small'),
    ];
  });
  const rows = worlds.flatMap((world, row) => {
    const y = top + row * rowHeight;
    const limit = world.limits?.find(({ alpha }) => alpha === 0.001)?.requests;
    return [
      text(LABELS - 12, y + 22, nameOf(world), 'end'),
      ...(limit === undefined
        ? []
        : [
            `<line class="wald" x1="${fixed(at(limit))}" x2="${fixed(at(limit))}" y1="${y}" y2="${y + rowHeight - 8}"/>`,
          ]),
      ...DRAWN.flatMap(({ id }, index) => {
        const { requestsToRollback: spread, promoted } = world.outcomes[id]!;
        if (spread === null) return [];
        const line = y + 4 + index * 4.4;
        const hollow = promoted.share > 0.05 ? ' hollow' : '';
        return [
          `<line class="reach ${id}" x1="${fixed(at(spread.median))}" x2="${fixed(at(spread.p90))}" y1="${fixed(line)}" y2="${fixed(line)}"/>`,
          `<circle class="dot ${id}${hollow}" cx="${fixed(at(spread.median))}" cy="${fixed(line)}" r="4"/>`,
        ];
      }),
    ];
  });
  return [...grid, ...legend, ...rows];
};

/** The id says it in few words. */
const nameOf = ({ id }: WorldResult): string => id.replaceAll('-', ' ');

const text = (x: number, y: number, words: string, classes = ''): string =>
  `<text x="${fixed(x)}" y="${fixed(y)}"${classes === '' ? '' : ` class="${classes}"`}>${words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`;

const fixed = (value: number): string => `${Number(value.toFixed(1))}`;
