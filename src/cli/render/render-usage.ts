import type { UsageReport } from '../../client/client.ts';
import { count } from '../../client/figures.ts';
import { dollarText } from '../../core/cost/dollars.ts';
import { plainText } from './plain-text.ts';
import { textTable } from './text-table.ts';

type Row = UsageReport['rows'][number];

const HEAD: Readonly<Record<string, string>> = { releaseVersion: 'RELEASE' };

/** A line for each group, the sum below, and what the sum leaves out. */
export const renderUsage = ({ since, rows }: UsageReport, by: readonly string[]): string => {
  if (rows.length === 0) return `No call has ended since ${since}.`;
  const figures = ['CALLS', 'INPUT', 'CACHED', 'OUTPUT', 'COST', 'A CALL', 'NOT KNOWN OF'];
  const head = [...by.map((name) => HEAD[name] ?? name.toUpperCase()), ...figures];
  const lines = rows.map((row) => [...by.map((name) => groupText(row, name)), ...figuresOf(row)]);
  const sum = [...by.map((_, at) => (at === 0 ? 'all' : '')), ...figuresOf(sumOf(rows))];
  return [
    `Since ${since} (UTC), in tokens and USD`,
    textTable(
      head,
      rows.length > 1 && by.length > 0 ? [...lines, sum] : lines,
      figures.map((_, at) => by.length + at),
    ),
  ].join('\n');
};

const groupText = (row: Row, name: string): string => {
  const value = row[name as keyof Row];
  if (value === null) return '-';
  return value === '*' ? 'others' : plainText(String(value));
};

type Figures = Pick<
  Row,
  'calls' | 'unpriced' | 'untold' | 'inputTokens' | 'cachedTokens' | 'outputTokens' | 'costNanos'
>;

const figuresOf = ({
  calls,
  unpriced,
  untold,
  inputTokens,
  cachedTokens,
  outputTokens,
  costNanos,
}: Figures): string[] => {
  const known = calls - unpriced - untold;
  return [
    count(calls),
    count(inputTokens),
    count(cachedTokens),
    count(outputTokens),
    // Never a sum of nothing that is known: that would look like something for nothing.
    known === 0 ? '?' : dollarText(costNanos),
    known === 0 ? '?' : dollarText(Math.round(costNanos / known)),
    unpriced + untold === 0 ? '-' : count(unpriced + untold),
  ];
};

const sumOf = (rows: readonly Row[]): Figures =>
  rows.reduce<Figures>(
    (sum, row) => ({
      calls: sum.calls + row.calls,
      unpriced: sum.unpriced + row.unpriced,
      untold: sum.untold + row.untold,
      inputTokens: sum.inputTokens + row.inputTokens,
      cachedTokens: sum.cachedTokens + row.cachedTokens,
      outputTokens: sum.outputTokens + row.outputTokens,
      costNanos: sum.costNanos + row.costNanos,
    }),
    { calls: 0, unpriced: 0, untold: 0, inputTokens: 0, cachedTokens: 0, outputTokens: 0, costNanos: 0 },
  );
