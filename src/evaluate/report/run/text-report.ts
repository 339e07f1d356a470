import type { RequirementFinding } from '../../../core/evaluation/run/run-record.ts';
import { count } from '../page/figure.ts';
import { noPaint, type Paint, verdictText } from '../paint.ts';
import { textColumns } from '../text-columns.ts';
import { oneLine } from '../visible-text.ts';
import { confidenceText, metricRows } from './metric-rows.ts';
import { flagFacts, runFacts, runNotes, runRemarks, verdictOf } from './run-facts.ts';
import type { RunReport, WorstCase } from './run-report.ts';

export interface TextOptions {
  readonly columns?: number;
  readonly paint?: Paint;
}

/** Cases listed on a terminal; the files have more. */
const CASES_LISTED = 8;

/** A run for a terminal, without a final newline. Without options: 100 columns and no colours. */
export const textReport = (
  report: RunReport,
  { columns = 100, paint = noPaint }: TextOptions = {},
): string => {
  const { head, summary, judged, worst } = report;
  const hasBaseline = head.baseline !== null;
  return [
    `${paint.bold(oneLine(head.name, 80))}   ${verdictText(verdictOf(report), paint)}`,
    ...textColumns(runFacts(report).map(([what, text]) => [`  ${what}`, text])).map((line) =>
      paint.dim(line),
    ),
    ...part(
      'requirements',
      (summary?.requirements ?? []).flatMap((one) => requirementLines(one, paint)),
      paint,
    ),
    ...part('metrics', metricLines(report, hasBaseline), paint),
    ...part('cases', [caseCounts(report, hasBaseline)], paint),
    ...part(
      judged.worstFirst.length === 0 ? '' : 'worst cases',
      worst.slice(0, CASES_LISTED).flatMap((one) => caseLines(one, columns, paint)),
      paint,
    ),
    ...part('notes', [...runRemarks(report), ...runNotes(report)], paint),
  ].join('\n');
};

const part = (title: string, lines: readonly string[], paint: Paint): string[] =>
  lines.length === 0 ? [] : ['', paint.bold(title), ...lines.map((line) => `  ${line}`)];

const requirementLines = ({ requirement, verdict, detail }: RequirementFinding, paint: Paint): string[] => [
  `${verdictText(verdict, paint, 16)}  ${oneLine(requirement, 200)}`,
  ...(detail === '' ? [] : [paint.dim(`${' '.repeat(18)}${oneLine(detail, 300)}`)]),
];

const metricLines = (report: RunReport, hasBaseline: boolean): string[] => {
  const rows = metricRows(report);
  if (rows.length === 0) return [];
  const interval = `${confidenceText(report) ?? ''} interval`.trim();
  const header = [
    'METRIC',
    'SLICE',
    'VALUE',
    interval.toUpperCase(),
    ...(hasBaseline ? ['BASELINE', 'DIFFERENCE'] : []),
    'CASES',
  ];
  const body = rows.map((row) => [
    row.metric,
    row.slice ?? 'all',
    row.candidate,
    row.interval,
    ...(hasBaseline ? [row.baseline, row.difference] : []),
    row.n,
  ]);
  return textColumns([header, ...body], hasBaseline ? [2, 3, 4, 5, 6] : [2, 3, 4]);
};

const caseCounts = ({ judged }: RunReport, hasBaseline: boolean): string =>
  flagFacts(judged, hasBaseline)
    .map(({ cases, words }) => `${count(cases)} ${words}`)
    .join(', ');

const caseLines = (one: WorstCase, columns: number, paint: Paint): string[] => {
  const room = Math.max(30, columns - 16);
  const line = (what: string, text: string): string =>
    `  ${paint.dim(what.padEnd(9))}  ${oneLine(text, room)}`;
  return [
    `${oneLine(one.id, 60)}  ${paint.warn(one.flags.join(', '))}`,
    line('input', one.input),
    ...(one.expected === '' ? [] : [line('expected', one.expected)]),
    ...(one.baseline === null ? [] : [line('baseline', one.baseline)]),
    line('candidate', one.candidate),
    ...one.reasons.map((reason) => line('why', reason)),
  ];
};
