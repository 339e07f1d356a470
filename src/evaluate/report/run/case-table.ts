import { hash } from 'node:crypto';
import type { PassingScore } from '../../../core/evaluation/repeats/repeat-counts.ts';
import { repeatCounts } from '../../../core/evaluation/repeats/repeat-counts.ts';
import { isInError } from '../../../core/evaluation/run/answer-error.ts';
import type { AnswerRecord, CaseRecord, MeasuredMetric } from '../../../core/evaluation/run/run-record.ts';

/**
 * What reports need to know of every case, as columns of numbers, so that 100,000 cases take tens of megabytes whatever their
 * answers hold. A row is a case; the answers themselves stay in the file, at `offset`.
 */
export interface CaseTable {
  /** Cases with records of their own; one that was asked again has one row. */
  size: number;
  readonly rowOfId: Map<string, number>;
  /** Of the record that counts, in the file. */
  readonly offset: number[];
  /** Of that record. */
  readonly bytes: number[];
  readonly weight: number[];
  /** Where it stands in the golden set; the order of first appearance where the file does not say. */
  readonly position: number[];
  /** Places in `tagNames`; cases with the same tags share a list. */
  readonly tags: (readonly number[])[];
  readonly tagNames: string[];
  /** Of input and expected answer, 48 bits: whether two runs asked the same. */
  readonly asked: number[];
  readonly hasBaseline: boolean;
  readonly candidate: SideColumns;
  /** Empty columns where the run has no baseline. */
  readonly baseline: SideColumns;
}

export interface SideColumns {
  /** How many repeats were answered. */
  readonly answered: number[];
  /** How many ended in an error, or could not be scored. */
  readonly errors: number[];
  /** Of all outputs in order, 48 bits. */
  readonly output: number[];
  /** By metric: the mean over answered repeats; NaN where none has a score. Empty where no case has one. */
  readonly scores: number[][];
  /** 1 where some repeats pass and others fail. */
  readonly flaky: number[];
  /** By metric: 1 where some repeats score one half or more and others less; only of shares. Empty where there is no such case. */
  readonly varies: number[][];
  /** What belongs to every call; means over repeats, NaN where it is not known. */
  readonly calls: Readonly<Record<CallMeasure, number[]>>;
}

/** Under the names by which evaluations know them. */
export const CALL_MEASURES = ['error_rate', 'latency', 'first_token', 'tokens', 'cost'] as const;

export type CallMeasure = (typeof CALL_MEASURES)[number];

const side = (metrics: number): SideColumns => ({
  answered: [],
  errors: [],
  output: [],
  flaky: [],
  scores: Array.from({ length: metrics }, () => []),
  varies: Array.from({ length: metrics }, () => []),
  calls: { error_rate: [], latency: [], first_token: [], tokens: [], cost: [] },
});

export const emptyCaseTable = (metrics: number, hasBaseline: boolean): CaseTable => ({
  size: 0,
  rowOfId: new Map(),
  offset: [],
  bytes: [],
  weight: [],
  position: [],
  tags: [],
  tagNames: [],
  asked: [],
  hasBaseline,
  candidate: side(metrics),
  baseline: side(metrics),
});

/** Takes a record in; a later record of the same case takes the place of the earlier one. */
export const putCase = (
  table: CaseTable,
  metrics: readonly MeasuredMetric[],
  by: readonly PassingScore[],
  record: CaseRecord,
  at: { readonly offset: number; readonly bytes: number },
  tagPlaces: (tags: readonly string[]) => readonly number[],
): void => {
  const row = table.rowOfId.get(record.id) ?? table.size;
  if (row === table.size) {
    table.rowOfId.set(record.id, row);
    table.size += 1;
  }
  table.offset[row] = at.offset;
  table.bytes[row] = at.bytes;
  table.weight[row] = record.weight;
  table.position[row] = record.position ?? row;
  table.tags[row] = tagPlaces(record.tags);
  table.asked[row] = digest48([record.input, record.expected]);
  putSide(table.candidate, row, metrics, by, record.candidate);
  if (table.hasBaseline) putSide(table.baseline, row, metrics, by, record.baseline);
};

const putSide = (
  columns: SideColumns,
  row: number,
  metrics: readonly MeasuredMetric[],
  by: readonly PassingScore[],
  answers: readonly AnswerRecord[],
): void => {
  const { passed, failed } = repeatCounts(answers, by);
  columns.flaky[row] = passed > 0 && failed > 0 ? 1 : 0;
  const given = answers.filter((answer) => answer.kind === 'answer');
  columns.answered[row] = given.length;
  columns.errors[row] = answers.filter(isInError).length;
  columns.output[row] = given.length === 0 ? 0 : digest48(given.map(({ output }) => output));
  const { calls } = columns;
  calls.error_rate[row] = answers.length === 0 ? Number.NaN : 1 - given.length / answers.length;
  calls.latency[row] = meanOf(given.map(({ latencyMs }) => latencyMs));
  calls.first_token[row] = meanOf(given.flatMap(({ firstTokenMs }) => firstTokenMs ?? []));
  calls.tokens[row] = meanOf(
    given.flatMap(({ tokens }) => (tokens === null ? [] : tokens.input + tokens.output)),
  );
  calls.cost[row] = meanOf(given.flatMap(({ usd }) => usd ?? []));
  for (const [m, { name, unit }] of metrics.entries()) {
    const scores = given.flatMap((answer) => scoreOf(answer.scores, name));
    putUnless(Number.NaN, columns.scores[m]!, row, meanOf(scores));
    const varies = unit === 'share' && isHigh(Math.max(...scores)) && !isHigh(Math.min(...scores));
    putUnless(0, columns.varies[m]!, row, varies ? 1 : 0);
  }
};

/** A column begins with the first value that is not the usual one: most metrics of most runs have none at all. */
const putUnless = (usual: number, column: number[], row: number, value: number): void => {
  if (column.length === 0 && Object.is(value, usual)) return;
  while (column.length < row) column.push(usual);
  column[row] = value;
};

const isHigh = (score: number): boolean => score >= 0.5;

/** Names come from files: one like `constructor` is no score. */
const scoreOf = (scores: Readonly<Record<string, number | null>>, name: string): number[] => {
  const score = Object.hasOwn(scores, name) ? scores[name] : null;
  return typeof score === 'number' ? [score] : [];
};

const meanOf = (values: readonly number[]): number =>
  values.length === 0 ? Number.NaN : values.reduce((sum, one) => sum + one, 0) / values.length;

const digest48 = (value: unknown): number => hash('sha1', JSON.stringify(value), 'buffer').readUIntBE(0, 6);
