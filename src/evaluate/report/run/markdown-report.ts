import { markdownBlock, markdownTable, markdownText } from '../markdown-text.ts';
import { count } from '../page/figure.ts';
import { confusionTable } from './confusion-table.ts';
import { confidenceText, metricRows } from './metric-rows.ts';
import { flagFacts, runFacts, runNotes, runRemarks, verdictOf } from './run-facts.ts';
import type { RunReport, WorstCase } from './run-report.ts';

/** A run as Markdown (GitHub's), for a comment on a change or a wiki. */
export const markdownReport = (report: RunReport): string => {
  const { head, judged, worst } = report;
  const hasBaseline = head.baseline !== null;
  const remarks = [...runRemarks(report), ...runNotes(report)];
  const parts = [
    `# ${markdownText(head.name, 120)}: ${verdictOf(report)}`,
    runFacts(report)
      .map(([what, text]) => `- ${what}: ${markdownText(text)}`)
      .join('\n'),
    ...requirements(report),
    ...metrics(report, hasBaseline),
    ...labels(report),
    `## Cases\n\n${flagFacts(judged, hasBaseline)
      .map(({ cases, words }) => `${count(cases)} ${words}`)
      .join(', ')}.`,
    ...(worst.length === 0 ? [] : ['## Worst cases', ...worst.map(worstCase)]),
    ...(remarks.length === 0
      ? []
      : ['## Notes', remarks.map((note) => `- ${markdownText(note, 500)}`).join('\n')]),
  ];
  return `${parts.join('\n\n')}\n`;
};

const icons = { pass: '✔', fail: '✘', inconclusive: '?', 'not-applicable': '-' } as const;

const requirements = ({ summary }: RunReport): string[] => {
  const found = summary?.requirements ?? [];
  if (found.length === 0) return [];
  const rows = found.map(({ requirement, verdict, detail }) => [
    `${icons[verdict]} ${verdict}`,
    markdownText(requirement),
    markdownText(detail),
  ]);
  return ['## Requirements', markdownTable(['verdict', 'requirement', 'because'], rows, [])];
};

const metrics = (report: RunReport, hasBaseline: boolean): string[] => {
  const rows = metricRows(report);
  if (rows.length === 0) return [];
  const interval = `${confidenceText(report) ?? ''} interval`.trim();
  const header = [
    'metric',
    'slice',
    'value',
    interval,
    ...(hasBaseline ? ['baseline', 'difference'] : []),
    'cases',
    'method',
  ];
  const body = rows.map((row) => [
    markdownText(row.metric),
    row.slice === null ? 'all' : markdownText(row.slice),
    row.candidate,
    row.interval,
    ...(hasBaseline ? [row.baseline, row.difference] : []),
    row.n,
    markdownText(row.method),
  ]);
  return ['## Metrics', markdownTable(header, body, hasBaseline ? [2, 3, 4, 5, 6] : [2, 3, 4])];
};

const labels = ({ summary }: RunReport): string[] =>
  (summary?.confusion ?? []).map(confusionTable).flatMap(({ of, header, rows, note }) => [
    `## Labels (${markdownText(of)})`,
    markdownTable(
      header.map((name) => markdownText(name)),
      rows.map((row) => row.map((cell) => markdownText(cell))),
      header.map((_, column) => column).slice(1),
    ),
    ...(note === null ? [] : [markdownText(note)]),
  ]);

const worstCase = (one: WorstCase): string =>
  [
    `### ${markdownText(one.id, 80)} (${one.flags.join(', ')})`,
    ...blocks([
      ['input', one.input],
      ['expected', one.expected],
      ['baseline', one.baseline ?? ''],
      ['candidate', one.candidate],
      ['why', one.reasons.join('\n')],
    ]),
  ].join('\n\n');

const blocks = (texts: readonly (readonly [string, string])[]): string[] =>
  texts.filter(([, text]) => text !== '').flatMap(([what, text]) => [what, markdownBlock(text)]);
