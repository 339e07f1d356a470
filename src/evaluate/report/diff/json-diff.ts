import type { RunIndex } from '../run/index-run.ts';
import { type DiffMetric, type RunDiff, standingOf } from './compare-runs.ts';
import { CASE_CHANGES, type CaseChange } from './pair-cases.ts';

/** Two runs as data. Every case is there by its id, under what became of it. */
export const jsonDiff = (diff: RunDiff) => ({
  schema: 1,
  verdict: diff.verdict,
  a: side(diff.a),
  b: side(diff.b),
  sameGoldenSet: diff.isSameGolden,
  comparedCases: diff.common,
  decidedBy: diff.deciding.map(({ name }) => name),
  metrics: diff.metrics.map(metric),
  slices: diff.slices.map(metric),
  slicesLeftOut: diff.slicesLeftOut,
  notCompared: diff.incomparable,
  counts: diff.pairs.counts,
  cases: casesByChange(diff),
});

const side = ({ head, table, summary }: RunIndex) => ({
  run: head.id,
  name: head.name,
  startedAt: head.startedAt,
  candidate: head.candidate,
  golden: head.golden,
  recorded: table.size,
  verdict: summary?.verdict ?? 'unfinished',
});

const metric = (one: DiffMetric) => ({
  metric: one.metric.name,
  slice: one.slice,
  unit: one.metric.unit,
  better: one.metric.better,
  cases: one.n,
  unscored: one.unscored,
  a: one.a,
  b: one.b,
  difference: one.difference,
  interval: one.interval,
  intervalMethod: one.intervalMethod,
  higherInB: one.higher,
  lowerInB: one.lower,
  test: one.test,
  p: one.p,
  correctedP: one.adjustedP,
  bIs: standingOf(one),
});

const casesByChange = ({ a, b, pairs }: RunDiff): Record<CaseChange, string[]> => {
  const [idsA, idsB] = [a, b].map(({ table }) => [...table.rowOfId.keys()]);
  const found = Object.fromEntries(CASE_CHANGES.map((change) => [change, [] as string[]])) as Record<
    CaseChange,
    string[]
  >;
  for (const row of pairs.ordered) {
    const id = pairs.b[row] === -1 ? idsA![pairs.a[row]!]! : idsB![pairs.b[row]!]!;
    found[CASE_CHANGES[pairs.change[row]!]!].push(id);
  }
  return found;
};
