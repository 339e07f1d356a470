import { count } from '../page/figure.ts';
import { noPaint, type Paint } from '../paint.ts';
import type { TextOptions } from '../run/text-report.ts';
import { textColumns } from '../text-columns.ts';
import { oneLine } from '../visible-text.ts';
import type { DiffMetric, RunDiff } from './compare-runs.ts';
import { type CaseInShort, type ChangedCase, loadChangesInShort } from './diff-cases.ts';
import {
  changeWords,
  diffFacts,
  diffNotes,
  diffReasons,
  diffRow,
  diffVerdictWords,
  diffWarnings,
} from './diff-facts.ts';
import { CASE_CHANGES } from './pair-cases.ts';

const CASES_LISTED = 12;
const SLICES_LISTED = 12;

/** Two runs for a terminal, without a final newline. */
export const textDiff = async (
  diff: RunDiff,
  { columns = 100, paint = noPaint }: TextOptions = {},
): Promise<string> => {
  const cases = await loadChangesInShort(diff, CASES_LISTED);
  const slices = [...diff.slices].sort((x, y) => x.adjustedP - y.adjustedP || x.p - y.p);
  const left = slices.length - SLICES_LISTED;
  return [
    `${paint.bold(`${diffVerdictWords[diff.verdict]}: ${diffReasons(diff)}`)}`,
    ...textColumns(diffFacts(diff).map(([what, text]) => [`  ${what}`, text])).map((line) => paint.dim(line)),
    ...part('metrics', metricLines(diff.metrics, diff.confidence), paint),
    ...part(
      'slices, the clearest difference first',
      [
        ...metricLines(slices.slice(0, SLICES_LISTED), diff.confidence),
        ...(left > 0 ? [paint.dim(`and ${count(left)} more with --output diff.html`)] : []),
      ],
      paint,
    ),
    ...part('cases', [caseCounts(diff)], paint),
    ...part(
      'changes',
      cases.flatMap((one) => caseLines(one, columns, paint)),
      paint,
    ),
    ...part('notes', [...diffWarnings(diff), ...diffNotes(diff)], paint),
  ].join('\n');
};

const part = (title: string, lines: readonly string[], paint: Paint): string[] =>
  lines.length === 0 ? [] : ['', paint.bold(title), ...lines.map((line) => `  ${line}`)];

const metricLines = (metrics: readonly DiffMetric[], confidence: number): string[] => {
  if (metrics.length === 0) return [];
  const hasSlices = metrics.some(({ slice }) => slice !== null);
  const interval = `${Number((confidence * 100).toPrecision(6))} % INTERVAL`;
  const header = [
    'METRIC',
    ...(hasSlices ? ['SLICE'] : []),
    'A',
    'B',
    'DIFFERENCE',
    interval,
    'UP / DOWN',
    'P',
    'CASES',
    'B IS',
  ];
  const rows = metrics
    .map(diffRow)
    .map((row) => [
      row.metric,
      ...(hasSlices ? [row.slice ?? 'all'] : []),
      row.a,
      row.b,
      row.difference,
      row.interval,
      row.moved,
      row.p,
      row.n,
      row.says,
    ]);
  const first = hasSlices ? 2 : 1;
  return textColumns(
    [header, ...rows],
    [...Array(7).keys()].map((i) => i + first),
  );
};

const caseCounts = ({ pairs }: RunDiff): string =>
  CASE_CHANGES.filter((change) => pairs.counts[change] > 0)
    .map((change) => `${count(pairs.counts[change])} ${changeWords[change]}`)
    .join(', ');

const caseLines = ({ change, a, b }: ChangedCase<CaseInShort>, columns: number, paint: Paint): string[] => {
  const one = b ?? a;
  if (one === null) return [];
  const room = Math.max(30, columns - 16);
  const line = (what: string, text: string): string =>
    `  ${paint.dim(what.padEnd(8))}  ${oneLine(text, room)}`;
  const tone = { broken: paint.bad, fixed: paint.good }[change as string] ?? paint.warn;
  return [
    `${oneLine(one.id, 60)}  ${tone(changeWords[change])}`,
    line('input', one.input),
    ...(one.expected === '' ? [] : [line('expected', one.expected)]),
    ...(a === null ? [] : [line('A', a.answer)]),
    ...(b === null ? [] : [line('B', b.answer)]),
  ];
};
