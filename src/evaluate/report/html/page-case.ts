import type { AnswerRecord, CaseRecord, MeasuredMetric } from '../../../core/evaluation/run/run-record.ts';
import { count, duration, figure } from '../page/figure.ts';
import type { PageAnswer, PageCase, PageText } from '../page/page-data.ts';
import { valueGist, valueText } from '../value-text.ts';
import { visibleDirections } from '../visible-directions.ts';
import { oneLine } from '../visible-text.ts';

/** Of one text, in a page; an answer of a megabyte would slow everything down and is read by nobody. */
export const MOST_TEXT = 20_000;

const MOST_REPEATS = 10;

/** A case as the page has it, with its texts cut. */
export const pageCase = (
  record: CaseRecord,
  metrics: readonly MeasuredMetric[],
  flags: readonly string[],
  tags: readonly number[],
): PageCase => ({
  id: visibleDirections(record.id),
  gist: oneLine(valueGist(record.input), 200),
  input: cutText(valueText(record.input)),
  expected:
    record.expected === null || record.expected === undefined ? null : cutText(valueText(record.expected)),
  tags,
  flags,
  metadata: Object.entries(record.metadata)
    .map(([name, value]) => `${oneLine(name, 60)}: ${oneLine(valueGist(value), 300)}`)
    .slice(0, 40)
    .join('\n'),
  candidate: record.candidate.slice(0, MOST_REPEATS).map((answer) => pageAnswer(answer, metrics)),
  baseline: record.baseline.slice(0, MOST_REPEATS).map((answer) => pageAnswer(answer, metrics)),
});

const pageAnswer = (answer: AnswerRecord, metrics: readonly MeasuredMetric[]): PageAnswer => {
  if (answer.kind === 'error')
    return {
      error: `${oneLine(answer.reason, 60)}: ${oneLine(answer.detail, 2000)}`,
      used: duration(answer.latencyMs),
    };
  const { scores, reasons, failures = {} } = answer;
  return {
    text: cutText(valueText(answer.output)),
    scores: metrics.map(({ name }) => (Object.hasOwn(scores, name) ? (scores[name] ?? null) : null)),
    why: metrics.flatMap(({ name }, place): [number, string][] =>
      Object.hasOwn(failures, name)
        ? [[place, `the scorer failed: ${oneLine(failures[name]!.detail, 1000)}`]]
        : Object.hasOwn(reasons, name)
          ? [[place, oneLine(reasons[name]!, 1000)]]
          : [],
    ),
    used: usedText(answer),
  };
};

const usedText = ({
  latencyMs,
  firstTokenMs,
  tokens,
  usd,
  isCached,
}: Extract<AnswerRecord, { kind: 'answer' }>): string =>
  [
    latencyMs < 1000 ? figure('ms', latencyMs) : duration(latencyMs),
    ...(firstTokenMs === null ? [] : [`first token ${figure('ms', firstTokenMs)}`]),
    ...(tokens === null ? [] : [`${count(tokens.input)} + ${count(tokens.output)} tokens`]),
    ...(usd === null ? [] : [figure('usd', usd)]),
    ...(isCached ? ['kept answer'] : []),
  ].join(', ');

const cutText = (text: string): PageText =>
  text.length <= MOST_TEXT
    ? visibleDirections(text)
    : [visibleDirections(text.slice(0, MOST_TEXT)), text.length];
