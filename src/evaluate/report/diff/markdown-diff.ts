import { markdownBlock, markdownTable, markdownText } from '../markdown-text.ts';
import { count } from '../page/figure.ts';
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

const CASES_LISTED = 20;

/** Two runs as Markdown (GitHub's). */
export const markdownDiff = async (diff: RunDiff): Promise<string> => {
  const cases = await loadChangesInShort(diff, CASES_LISTED);
  const remarks = [...diffWarnings(diff), ...diffNotes(diff)];
  const parts = [
    '# Evaluation diff',
    markdownText(`${diffVerdictWords[diff.verdict]}: ${diffReasons(diff)}`, 600),
    diffFacts(diff)
      .map(([what, text]) => `- ${what}: ${markdownText(text)}`)
      .join('\n'),
    ...metricPart('Metrics', diff.metrics, diff.confidence),
    ...metricPart('Slices', diff.slices, diff.confidence),
    `## Cases\n\n${markdownTable(
      ['what became of it', 'cases'],
      CASE_CHANGES.map((change) => [changeWords[change], count(diff.pairs.counts[change])]),
      [1],
    )}`,
    ...(cases.length === 0 ? [] : ['## Changes', ...cases.map(changedCase)]),
    ...(remarks.length === 0
      ? []
      : ['## Notes', remarks.map((one) => `- ${markdownText(one, 600)}`).join('\n')]),
  ];
  return `${parts.join('\n\n')}\n`;
};

const metricPart = (title: string, metrics: readonly DiffMetric[], confidence: number): string[] => {
  if (metrics.length === 0) return [];
  const interval = `${Number((confidence * 100).toPrecision(6))} % interval`;
  const header = [
    'metric',
    'slice',
    'A',
    'B',
    'difference',
    interval,
    'up / down',
    'p',
    'cases',
    'B is',
    'method',
  ];
  const rows = metrics
    .map(diffRow)
    .map((row) => [
      markdownText(row.metric),
      row.slice === null ? 'all' : markdownText(row.slice),
      row.a,
      row.b,
      row.difference,
      row.interval,
      row.moved,
      markdownText(row.p),
      row.n,
      row.says,
      markdownText(row.method),
    ]);
  return [`## ${title}`, markdownTable(header, rows, [2, 3, 4, 5, 6, 7, 8])];
};

const changedCase = ({ change, a, b }: ChangedCase<CaseInShort>): string => {
  const one = (b ?? a)!;
  const texts: [string, string][] = [
    ['input', one.input],
    ['expected', one.expected],
    ['A', a?.answer ?? ''],
    ['B', b?.answer ?? ''],
  ];
  return [
    `### ${markdownText(one.id, 80)} (${changeWords[change]})`,
    ...texts.filter(([, text]) => text !== '').flatMap(([what, text]) => [what, markdownBlock(text)]),
  ].join('\n\n');
};
