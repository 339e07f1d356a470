import { shortDigest } from '../core/digest.ts';
import { figureOf } from '../core/evaluation/figure.ts';
import type { EvaluationResult, RequirementResult } from '../core/evaluation/requirement.ts';
import type { CaseAnswer } from './answer-source.ts';
import type { CaseDetail } from './worst-cases.ts';

/** An evaluation as plain text for a terminal, about 100 columns wide; without colours and without a final newline. */
export const renderEvaluation = (
  result: EvaluationResult & { readonly worst?: readonly CaseDetail[] },
): string =>
  [
    headline(result),
    '',
    ...metricTable(result),
    ...section(
      'requirements',
      result.requirements.map((requirement) => requirementLine(requirement)),
    ),
    ...section('wrong cases', (result.worst ?? []).map(caseLine)),
    ...section('notes', result.notes),
  ].join('\n');

const headline = ({ verdict, cases, errors, golden, comparedWith }: EvaluationResult): string => {
  const compared = comparedWith === null ? '' : `, compared with ${shortName(comparedWith)}`;
  return `evaluation: ${verdict}  ${cases} cases, ${errors} errors, golden set ${shortDigest(golden)}${compared}`;
};

const shortName = (name: string): string => (name.startsWith('sha256:') ? shortDigest(name) : name);

const metricTable = ({ metrics }: EvaluationResult): string[] => {
  const [first] = metrics;
  if (first === undefined) return [];
  const hasStable = metrics.some((metric) => metric.stable !== null);
  const interval = `${Number((first.confidence * 100).toPrecision(6))} % interval`;
  const header = ['metric', 'value', interval, 'cases', ...(hasStable ? ['stable', 'its interval'] : [])];
  const rows = metrics.map(({ metric, value, low, high, n, stable }) => [
    metric,
    n === 0 ? 'not measured' : figureOf(metric, value),
    n === 0 ? '' : rangeOf(metric, low, high),
    `${n}`,
    ...(stable === null ? [] : [figureOf(metric, stable.value), rangeOf(metric, stable.low, stable.high)]),
  ]);
  return table([header, ...rows]);
};

const rangeOf = (metric: EvaluationResult['metrics'][number]['metric'], low: number, high: number): string =>
  `${figureOf(metric, low).replace(/ (%|ms)$/, '')} to ${figureOf(metric, high)}`;

/** The first column to the left, figures to the right. */
const table = (rows: readonly (readonly string[])[]): string[] => {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
};

const requirementLine = ({ requirement, verdict, detail }: RequirementResult): string =>
  `${verdict.padEnd(14)}  ${requirement.metric}: ${detail}`;

const caseLine = ({ id, expected, candidate, stable }: CaseDetail): string => {
  const beside = stable === null ? '' : `, stable ${answerText(stable)}`;
  return `${shown(id)}  expected ${shown(expected)}, got ${answerText(candidate)}${beside}`;
};

const answerText = (answer: CaseAnswer): string =>
  answer.kind === 'answer' ? shown(answer.label) : `an error (${shown(answer.detail)})`;

/** Answers come from the release: no control characters reach the terminal, and no line runs away. */
const shown = (text: string): string => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '?');
  return plain.length > 60 ? `${plain.slice(0, 57)}...` : plain;
};

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
