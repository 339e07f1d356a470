import { hash } from 'node:crypto';
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
  /** Places in `tagNames`. */
  readonly tags: number[][];
  readonly tagNames: string[];
  /** Of input and expected answer, 48 bits: whether two runs asked the same. */
  readonly asked: number[];
  readonly candidate: SideColumns;
  readonly baseline: SideColumns;
}

export interface SideColumns {
  /** How many repeats were answered. */
  readonly answered: number[];
  /** How many ended in an error. */
  readonly errors: number[];
  /** Of all outputs in order, 48 bits. */
  readonly output: number[];
  /** By metric: the mean over answered repeats; NaN where none has a score. */
  readonly scores: number[][];
  /** By metric: 1 where some repeats score one half or more and others less; only of shares. */
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
  scores: Array.from({ length: metrics }, () => []),
  varies: Array.from({ length: metrics }, () => []),
  calls: { error_rate: [], latency: [], first_token: [], tokens: [], cost: [] },
});

export const emptyCaseTable = (metrics: number): CaseTable => ({
  size: 0,
  rowOfId: new Map(),
  offset: [],
  bytes: [],
  weight: [],
  position: [],
  tags: [],
  tagNames: [],
  asked: [],
  candidate: side(metrics),
  baseline: side(metrics),
});

/** Takes a record in; a later record of the same case takes the place of the earlier one. */
export const putCase = (
  table: CaseTable,
  metrics: readonly MeasuredMetric[],
  record: CaseRecord,
  at: { readonly offset: number; readonly bytes: number },
  tagPlace: (tag: string) => number,
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
  table.tags[row] = record.tags.map(tagPlace);
  table.asked[row] = digest48([record.input, record.expected]);
  putSide(table.candidate, row, metrics, record.candidate);
  putSide(table.baseline, row, metrics, record.baseline);
};

const putSide = (
  columns: SideColumns,
  row: number,
  metrics: readonly MeasuredMetric[],
  answers: readonly AnswerRecord[],
): void => {
  const given = answers.filter((answer) => answer.kind === 'answer');
  columns.answered[row] = given.length;
  columns.errors[row] = answers.length - given.length;
  columns.output[row] = given.length === 0 ? 0 : digest48(given.map(({ output }) => output));
  const { calls } = columns;
  calls.error_rate[row] = answers.length === 0 ? Number.NaN : columns.errors[row]! / answers.length;
  calls.latency[row] = meanOf(given.map(({ latencyMs }) => latencyMs));
  calls.first_token[row] = meanOf(given.flatMap(({ firstTokenMs }) => firstTokenMs ?? []));
  calls.tokens[row] = meanOf(
    given.flatMap(({ tokens }) => (tokens === null ? [] : tokens.input + tokens.output)),
  );
  calls.cost[row] = meanOf(given.flatMap(({ usd }) => usd ?? []));
  for (const [m, { name, unit }] of metrics.entries()) {
    const scores = given.flatMap((answer) => scoreOf(answer.scores, name));
    columns.scores[m]![row] = meanOf(scores);
    columns.varies[m]![row] =
      unit === 'share' && isHigh(Math.max(...scores)) && !isHigh(Math.min(...scores)) ? 1 : 0;
  }
};

/** The rule by which a run counts its flaky cases. */
const isHigh = (score: number): boolean => score >= 0.5;

/** Names come from files: one like `constructor` is no score. */
const scoreOf = (scores: Readonly<Record<string, number | null>>, name: string): number[] => {
  const score = Object.hasOwn(scores, name) ? scores[name] : null;
  return typeof score === 'number' ? [score] : [];
};

const meanOf = (values: readonly number[]): number =>
  values.length === 0 ? Number.NaN : values.reduce((sum, one) => sum + one, 0) / values.length;

const digest48 = (value: unknown): number => hash('sha1', JSON.stringify(value), 'buffer').readUIntBE(0, 6);
